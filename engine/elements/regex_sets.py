"""Named sets of characters in regular expressions, as the inside of a Python character class."""

from __future__ import annotations

SPACES = r"\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000"
JAVA_SPACES = r"\x20\t-\r"
LETTERS = r"a-zA-Z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\u02c1\u0370-\u0373\u0386\u0388-\u0481\u048a-\u0556\u4e00-\u9fff"
DIGITS = r"0-9\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\uff10-\uff19"
"""Digits of the scripts that are most written."""

PUNCTUATION = r"!-/:-@\[-`{-~"

POSIX = {
    "alnum": rf"{LETTERS}\d",
    "alpha": LETTERS,
    "ascii": r"\x00-\x7f",
    "blank": r"\x20\t",
    "cntrl": r"\x00-\x1f\x7f-\x9f",
    "digit": r"\d",
    "graph": r"!-~\xa1-\u1fff",
    "lower": r"a-z\xdf-\xf6\xf8-\xff",
    "print": r"\x20-~\xa0-\u1fff",
    "punct": PUNCTUATION,
    "space": SPACES,
    "upper": r"A-Z\xc0-\xd6\xd8-\xde",
    "word": r"\w",
    "xdigit": "0-9a-fA-F",
}

JAVA_CLASSES = {
    "Alnum": "a-zA-Z0-9",
    "Alpha": "a-zA-Z",
    "ASCII": r"\x00-\x7f",
    "Blank": r"\x20\t",
    "Cntrl": r"\x00-\x1f\x7f",
    "Digit": "0-9",
    "Graph": "!-~",
    "Lower": "a-z",
    "Print": r"\x20-~",
    "Punct": PUNCTUATION,
    "Space": JAVA_SPACES,
    "Upper": "A-Z",
    "XDigit": "0-9a-fA-F",
    "IsAlphabetic": LETTERS,
    "IsDigit": DIGITS,
    "L": LETTERS,
    "IsL": LETTERS,
    "Lu": POSIX["upper"],
    "Ll": POSIX["lower"],
    "N": DIGITS,
    "Nd": DIGITS,
    "P": PUNCTUATION,
    "IsPunctuation": PUNCTUATION,
}

NEGATED = {"\\d": "\\D", "\\w": "\\W", SPACES: "\\S"}
"""A set → its complement, where that can stand inside a class."""
