"""Odd calls of functions: too few and too many arguments, each argument left out, empty, or something else."""

from __future__ import annotations

from collections.abc import Iterator

from .odd import VARIABLES
from .writing import debug, group, plan

CALLS = {
    "__CSVRead": ("odd_rows.csv", "0"),
    "__FileToString": ("odd_rows.csv", "UTF-8", "k"),
    "__MD5": ("a", "k"),
    "__P": ("two", "d"),
    "__Random": ("5", "5", "k"),
    "__RandomDate": ("yyyy-MM-dd", "2020-01-01", "2020-01-02", "", "k"),
    "__RandomFromMultipleVars": ("two", "k"),
    "__RandomString": ("3", "a", "k"),
    "__StringFromFile": ("odd_rows.csv", "k", "", ""),
    "__TestPlanName": (),
    "__V": ("two", "d"),
    "__XPath": ("xpath_items.xml", "//none"),
    "__base64Decode": ("YSBi", "k"),
    "__base64Encode": ("a b", "k"),
    "__caseFormat": ("a bC-d_e", "SNAKE_CASE", "k"),
    "__changeCase": ("aB c", "CAPITALIZE", "k"),
    "__char": ("65", "0x42"),
    "__chooseRandom": ("a", "a", "k"),
    "__counter": ("TRUE", "k"),
    "__dateTimeConvert": ("2020-01-31", "yyyy-MM-dd", "dd.MM.yy", "k"),
    "__digest": ("MD5", "a", "s", "true", "k"),
    "__doubleSum": ("1.5", "2", "k"),
    "__env": ("NO_SUCH_ENV", "k", "d"),
    "__escapeHtml": ("<a>",),
    "__escapeOroRegexpChars": ("[a]", "k"),
    "__escapeXml": ("<a>",),
    "__eval": ("${two}",),
    "__evalVar": ("two",),
    "__fifoGet": ("q", "k"),
    "__fifoPut": ("q", "v"),
    "__fifoSize": ("q", "k"),
    "__if": ("a", "a", "x", "y", "k"),
    "__intSum": ("1", "2", "k"),
    "__isDefined": ("two",),
    "__isPropDefined": ("two",),
    "__isVarDefined": ("two",),
    "__iterationNum": (),
    "__javaScript": ("1+2", "k"),
    "__jexl2": ("1+2", "k"),
    "__jexl3": ("1+2", "k"),
    "__log": ("a", "DEBUG", "t", "c"),
    "__logn": ("a", "DEBUG", "t"),
    "__longSum": ("1", "2", "k"),
    "__lowercase": ("aB", "k"),
    "__property": ("two", "k", "d"),
    "__regexFunction": ("(a)", "$1$", "1", "|", "d", "k", "two"),
    "__samplerName": ("k",),
    "__setProperty": ("odd", "v", "true"),
    "__split": ("a,b", "k", ","),
    "__strLen": ("abc", "k"),
    "__strReplace": ("abcab", "a(b)", "$1x", "k"),
    "__substring": ("abcdef", "1", "3", "k"),
    "__threadGroupName": (),
    "__threadNum": (),
    "__timeShift": ("yyyy-MM-dd", "2020-01-31", "P1D", "", "k"),
    "__unescape": ("a\\tb",),
    "__unescapeHtml": ("&lt;",),
    "__uppercase": ("aB", "k"),
    "__urldecode": ("a+b",),
    "__urlencode": ("a b",),
}
"""What each function does the same with every time it is called. `,` in an argument is escaped."""

INSTEAD = ("", "abc", "-1", "1.5", " 2 ", "99999999999999999999", "${undefined}", "${yes}")

SKIPPED = {
    "__StringFromFile": (2, 3),
    "__Random": (0, 1),
    "__RandomDate": (1, 3),
    "__timeShift": (3,),
    "__RandomString": (1,),
    "__chooseRandom": (0, 1),
}
"""Arguments that make of the outcome something of the moment."""


def written(name: str, args: tuple[str, ...]) -> str:
    """Write a call."""
    return f"${{{name}({','.join(arg.replace(',', chr(92) + ',') for arg in args)})}}" if args else f"${{{name}}}"


def calls(name: str) -> Iterator[str]:
    """Give all calls of one function."""
    given = CALLS[name]
    yield f"${{{name}()}}"
    for number in range(len(given) + 1):
        if name != "__RandomString" or number != 1:
            yield written(name, given[:number])
    yield written(name, (*given, "extra"))
    for at in range(len(given)):
        for other in INSTEAD if at not in SKIPPED.get(name, ()) else ():
            yield written(name, (*given[:at], other, *given[at + 1 :]))


def plan_of_calls(*names: str) -> str:
    """Write the calls of functions, each in a thread group of its own."""
    several = [(name, call) for name in names for call in calls(name)]
    groups = (group(f"{name} {at}", debug(f"{call} k=${{k}}")) for at, (name, call) in enumerate(several))
    return plan("".join(groups), VARIABLES)
