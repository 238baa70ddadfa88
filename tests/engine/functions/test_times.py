"""Time in patterns. The expected texts are what JMeter 5.5 (java.time) wrote on Saturday, 21 November 2026."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pyjm.engine.compile.java_error import ARITHMETIC, ILLEGAL_ARGUMENT, JavaError
from pyjm.engine.functions.date_pattern import date_pattern
from pyjm.engine.vu.date_fields import Moment

MOMENT = Moment(datetime(2026, 11, 21, 3, 11, 48, tzinfo=UTC), 890_361_615)
EAST = Moment(datetime(2026, 1, 3, 15, 4, 5, tzinfo=timezone(timedelta(hours=5, minutes=30), "IST")), 0)


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2026-11-21T03:11:48.890+0000"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2026-11-21T03:11:48.890Z"),
        ("G GG GGGG GGGGG", "AD AD Anno Domini A"),
        ("y yy yyy yyyy yyyyy", "2026 26 2026 2026 02026"),
        ("Y YY YYYY u uu", "2026 26 2026 2026 26"),
        ("M MM MMM MMMM MMMMM L LLL", "11 11 Nov November N 11 Nov"),
        ("D DDD d dd", "325 325 21 21"),
        ("F E EE EEE EEEE EEEEE", "7 Sat Sat Sat Saturday S"),
        ("e ee c", "7 07 7"),
        ("a H HH k K h hh", "AM 3 03 3 3 3 03"),
        ("m s S SS SSS SSSSSS SSSSSSSSS", "11 48 8 89 890 890361 890361615"),
        ("n N A", "890361615 11508890361615 11508890"),
        ("z zzzz Z ZZZZ ZZZZZ", "UTC Coordinated Universal Time +0000 GMT Z"),
        ("X XX XXX x xxx O OOOO", "Z Z Z +00 +00:00 GMT GMT"),
        ("Q q B", "4 4 at night"),
        ("''yyyy'' 'o''clock'", "'2026' o'clock"),
        ("yyyy[-MM]", "2026-11"),
    ],
)
def test_a_pattern_is_written_as_java_writes_it(pattern: str, written: str) -> None:
    assert date_pattern(pattern)(MOMENT) == written


def test_offsets_that_are_not_zero_are_written_with_their_sign() -> None:
    assert date_pattern("Z X XX XXX x xx O OOOO ZZZZZ z")(EAST) == (
        "+0530 +0530 +0530 +05:30 +0530 +0530 GMT+5:30 GMT+05:30 +05:30 IST"
    )


def test_weeks_begin_on_sunday_and_the_first_holds_january_1() -> None:
    assert date_pattern("YYYY w ww W e")(EAST) == "2026 1 01 1 7"
    assert date_pattern("YYYY w")(Moment(datetime(2025, 12, 31, tzinfo=UTC), 0)) == "2026 1"


def test_noon_and_the_hours_after_it() -> None:
    assert date_pattern("h K k a B")(EAST) == "3 3 15 PM in the afternoon"
    assert date_pattern("h K k a B")(Moment(datetime(2026, 1, 1, tzinfo=UTC), 0)) == "12 0 24 AM midnight"


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("ddd", "Too many pattern letters: d"),
        ("aa", "Too many pattern letters: a"),
        ("b", "Unknown pattern letter: b"),
        ("'unclosed", "Pattern ends with an incomplete string literal: 'unclosed"),
        ("{yyyy}", "Pattern includes reserved character: '{'"),
        ("yyyy #", "Pattern includes reserved character: '#'"),
    ],
)
def test_a_wrong_pattern_is_a_warning_and_fails_when_it_is_evaluated(pattern: str, problem: str, desk: Any) -> None:
    assert not desk.faults(f"${{__time({pattern})}}")
    assert [fault.problem for fault in desk.build.faults] == [f"__time: {problem}"]
    with pytest.raises(JavaError) as caught:
        desk.text(f"${{__time({pattern})}}")
    assert (caught.value.kind, caught.value.text) == (ILLEGAL_ARGUMENT, problem)


def test_without_a_pattern_time_is_in_milliseconds(desk: Any) -> None:
    before = time.time_ns() // 1_000_000
    texts = [desk.text(raw) for raw in ("${__time}", "${__time()}", "${__time(,)}", "${__time(,kept)}")]
    assert all(before <= int(text) <= before + 5000 for text in texts)
    assert desk.user.vars["kept"] == texts[-1]


def test_a_slash_and_a_number_divide_the_milliseconds(desk: Any) -> None:
    assert abs(int(desk.text("${__time(/1000)}")) - time.time()) < 5
    with pytest.raises(JavaError) as caught:
        desk.text("${__time(/0)}")
    assert (caught.value.kind, caught.value.text) == (ARITHMETIC, "/ by zero")


def test_short_names_stand_for_patterns_and_are_properties(desk: Any) -> None:
    assert desk.text("${__time(USER1)}").isdigit() is False
    desk.build.properties["time.USER1"] = "'mine'"
    assert desk.text("${__time(USER1)}") == "mine"
    assert len(desk.text("${__time(YMDHMS)}")) == len("20261121-031148")
