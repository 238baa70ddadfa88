"""What evaluating a text may raise: a failure that JMeter shows with Java's name for it."""

from __future__ import annotations

NUMBER_FORMAT = "java.lang.NumberFormatException"
ILLEGAL_ARGUMENT = "java.lang.IllegalArgumentException"
ARITHMETIC = "java.lang.ArithmeticException"
INDEX_OUT_OF_BOUNDS = "java.lang.StringIndexOutOfBoundsException"


class JavaError(ValueError):
    """A function can't be evaluated. An HTTP sample fails by it with `kind` as its code and `text` as its message."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text
