"""Numbers after a pattern are written as java.text.DecimalFormat writes them."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.decimal_format import PatternError, decimal_format


@pytest.mark.parametrize(
    ("pattern", "number", "text"),
    [
        ("000", 7, "007"),
        ("000", 12345, "12345"),
        ("#", 0, "0"),
        ("#.00", 0, ".00"),
        ("#,##0", 1234567, "1,234,567"),
        ("0,0", 1234, "1,2,3,4"),
        ("user-000", 5, "user-005"),
        ("0%", 5, "500%"),
        ("0\u2030", 5, "5000\u2030"),
        ("'#'#", 5, "#5"),
        ("it''s 0", 5, "it's 5"),
        ("000", -7, "-007"),
        ("0;(0)", -7, "(7)"),
        ("0;0", -7, "-7"),
        ("a", 5, "a5"),
        ("0.", 5, "5."),
        ("##0.#", 5, "5"),
    ],
)
def test_a_number_is_written_after_its_pattern(pattern: str, number: int, text: str) -> None:
    assert decimal_format(pattern).format(number) == text


@pytest.mark.parametrize("pattern", ["0#", "0.0.0", "0x0", "'0", "0E0", "#0#", "0,", "0%%"])
def test_a_pattern_that_java_refuses_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        decimal_format(pattern)
