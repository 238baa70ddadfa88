"""How the columns of a Flexible File Writer are read, against the plugin's code."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from pyjm.engine.results.flexible_rows import columns_of, flexible_row, unescaped, variable_of
from pyjm.engine.results.forms import foot_of, head_of, reads_body
from pyjm.engine.results.save import SaveConfig
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User


@pytest.mark.parametrize(
    ("written", "columns"),
    [
        (r"URL|\t|latency|\r\n", ["URL", "\t", "latency", "\r\n"]),
        (r"URL||\n", ["URL", "|", "\n"]),
        (r"URL|\n||", ["URL", "\n"]),
        (r"a\\tb|\n", [r"a\tb", "\n"]),
    ],
)
def test_columns_are_split_at_bars(written: str, columns: list[str]) -> None:
    assert columns_of(written) == columns


def test_two_backslashes_are_one_and_others_stay() -> None:
    assert unescaped(r"\\ \n \x") == "\\ \n \\x"


@pytest.mark.parametrize(("column", "number"), [("variable#2", 2), ("variable#x", None), ("my variable#2", None)])
def test_a_variable_has_a_number(column: str, number: int | None) -> None:
    assert variable_of(column) == number


def test_a_row_has_what_its_columns_say() -> None:
    result = SampleResult("label")
    result.start_ms, result.success = 1795229514054, True
    save = SaveConfig(format="flexible", columns=columns_of(r"startTimeMillis| %s |isSuccsessful|variable#0|\n"))
    save.variables = ["a"]
    user = cast(User, SimpleNamespace(vars={"a": "1"}))
    assert flexible_row(save)(result, user) == "1795229514.054 %s 11"


def test_head_and_foot_come_again_where_a_file_goes_on() -> None:
    save = SaveConfig(format="flexible", head="h\n", foot="f\n", columns=["responseData", "\n"])
    assert (head_of(save, appends=True), foot_of(save), reads_body(save)) == ("h\n", "f\n", True)
