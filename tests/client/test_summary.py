"""The summary lines, against those that JMeter 5.5 printed; the clock is ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from pyjm.client.summary import Summaries, Summariser, SummarySettings
from pyjm.engine.results.tally import Tally
from pyjm.properties import Settings

SECOND_MS = 1000
ON_THE_DOT_MS = 1795229520 * SECOND_MS  # a multiple of 30 s


def tally(*times_ms: int, errors: int = 0, transaction: bool = False) -> Tally:
    made = Tally(transaction=transaction)
    made.count, made.sum_ms, made.errors = len(times_ms), sum(times_ms), errors
    made.min_ms, made.max_ms = min(times_ms), max(times_ms)
    return made


@dataclass
class Run:
    """A summary with a clock that is set by hand."""

    settings: SummarySettings = field(default_factory=SummarySettings)
    at_ms: int = ON_THE_DOT_MS + 10 * SECOND_MS
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.summariser = Summariser(self.settings, self.lines.append, lambda: self.at_ms)

    def samples(
        self, after_ms: int, *tallies: Tally, member: int = 0, threads: tuple[int, int, int] = (2, 2, 0)
    ) -> None:
        self.at_ms += after_ms
        self.summariser.add(member, tallies, threads)

    def end(self, after_ms: int) -> list[str]:
        self.at_ms += after_ms
        self.summariser.end()
        return self.lines


def test_a_short_run_away_from_the_interval_has_its_total_alone() -> None:
    run = Run()
    run.samples(400, tally(9, 0, 4, 0))
    assert run.end(40) == [
        "summary =      4 in 00:00:00 =    9.1/s Avg:     3 Min:     0 Max:     9 Err:     0 (0.00%)"
    ]


def test_a_run_on_the_interval_reports_its_first_samples_without_a_total() -> None:
    run = Run(at_ms=ON_THE_DOT_MS)
    run.samples(455, tally(15))
    run.samples(10, tally(1, 0, 0))
    assert run.end(3) == [
        "summary +      1 in 00:00:00 =    2.2/s Avg:    15 Min:    15 Max:    15 Err:     0 (0.00%) "
        "Active: 2 Started: 2 Finished: 0",
        "summary +      3 in 00:00:00 =  230.8/s Avg:     0 Min:     0 Max:     1 Err:     0 (0.00%) "
        "Active: 2 Started: 2 Finished: 0",
        "summary =      4 in 00:00:00 =    8.5/s Avg:     4 Min:     0 Max:    15 Err:     0 (0.00%)",
    ]


def test_a_test_without_samples_has_javas_extreme_numbers() -> None:
    assert Run().end(300) == [
        "summary =      0 in 00:00:00 = ******/s Avg:     0 Min: 9223372036854775807 Max: -9223372036854775808 "
        "Err:     0 (0.00%)"
    ]


def test_reports_come_with_samples_within_five_seconds_of_the_interval_and_no_sooner_after_the_last() -> None:
    run = Run(SummarySettings(interval_s=6), at_ms=ON_THE_DOT_MS)
    for _ in range(60):
        run.samples(500, tally(1))
    reported = [line.split()[1:5:3] for line in run.lines]
    assert reported[:5] == [
        ["+", "00:00:01"],
        ["+", "00:00:06"],
        ["=", "00:00:06"],
        ["+", "00:00:06"],
        ["=", "00:00:12"],
    ]


def test_nothing_is_reported_while_no_samples_come() -> None:
    run = Run()
    run.samples(400, tally(9))
    run.samples(20 * SECOND_MS)
    assert run.lines == []


def test_errors_are_counted_and_rated() -> None:
    run = Run()
    run.samples(1000, tally(10, 20, 30, errors=2))
    assert run.end(0)[0].endswith("Err:     2 (66.67%)")


def test_the_threads_of_all_engines_add_up() -> None:
    run = Run(at_ms=ON_THE_DOT_MS)
    run.samples(0, member=1, threads=(3, 5, 2))
    run.samples(100, tally(1), member=0, threads=(1, 2, 1))
    assert run.lines[0].endswith("Active: 4 Started: 7 Finished: 3")


@pytest.mark.parametrize(("skip", "count"), [(True, 1), (False, 2)])
def test_rows_of_transactions_are_not_counted_unless_asked_for(skip: bool, count: int) -> None:
    run = Run(SummarySettings(skip_transactions=skip))
    run.samples(100, tally(5), tally(5, transaction=True))
    assert f"={count:>7} in" in run.end(100)[0]


def test_an_interval_in_which_a_load_generator_was_at_its_limit_is_marked_once() -> None:
    run = Run()
    run.at_ms = ON_THE_DOT_MS - 6 * SECOND_MS
    run.summariser.add(0, [tally(1)], (1, 1, 0), (0, 2200))
    run.summariser.add(1, [tally(1)], (1, 1, 0), (0, 900))
    run.summariser.add(0, [tally(1)], (1, 1, 0), (0, 1000))
    run.summariser.add(0, [tally(1)], (1, 1, 0), (1, 3000))
    run.samples(6 * SECOND_MS, tally(1))
    assert [line[:11] for line in run.lines] == ["summary +  ", "summary ! a"]
    assert "at its limit for 3 s of this interval" in run.lines[1]
    run.samples(SECOND_MS, tally(1))
    run.summariser.end()
    assert [line[:9] for line in run.lines[2:]] == ["summary +", "summary ="]


def test_hours_are_counted_on() -> None:
    run = Run()
    run.samples(100 * 3600 * SECOND_MS + 61 * SECOND_MS, tally(7))
    assert "in 100:01:01 =    0.0/s" in run.end(0)[0]


def test_the_console_can_be_left_out() -> None:
    run = Run(SummarySettings(to_console=False))
    run.samples(100, tally(5))
    assert run.end(0) == []


def test_the_properties_say_how(settings: Callable[..., Settings]) -> None:
    given = {"summariser__name": "Foo", "summariser__interval": "6", "summariser__out": "false"}
    assert SummarySettings.of(settings(**given)) == SummarySettings("Foo", 6, to_console=False)
    assert SummarySettings.of(settings()) == SummarySettings()


def test_summaries_of_one_name_are_one_and_end_in_the_order_of_javas_hash_tables() -> None:
    names = ["group only", "summary", "alpha", "beta", "from var", "Generate Summary Results", "grün", "summary 2"]
    names.append("alpha")
    lines: list[str] = []
    summaries = Summaries(SummarySettings(), names, lines.append)
    for summariser in summaries.of_plan:
        summariser.add(0, [tally(1)], (1, 1, 0))
    assert summaries.main is summaries.of_plan[1]
    lines.clear()
    summaries.end()
    ended = [line.partition(" = ")[0] for line in lines if " = " in line.partition(" in ")[0]]
    order = ["summary", "summary 2", "alpha", "Generate Summary Results", "from var", "group only", "grün", "beta"]
    assert ended == order


def test_without_a_name_there_is_no_summary_but_those_of_the_plan() -> None:
    summaries = Summaries(SummarySettings(name=""), ["mine"], lambda line: None)
    assert summaries.main is None
    assert list(summaries) == ["mine"]
