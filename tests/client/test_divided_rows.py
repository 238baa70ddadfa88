"""Rows of data files divided over several servers, over the real wire: who gets which, and what became of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from plan_text import element, group, plan
from wired.reader import Reader, Readers, readers
from wired.rig import eventually

from pyjm.client import cli
from pyjm.client.local import Local
from pyjm.client.member import Member
from pyjm.client.order import Order
from pyjm.client.session import Session
from pyjm.engine.run.wishes import Granted, Wish
from pyjm.engine.shared.row_shares import share_of
from pyjm.properties import Settings

RANDOM = "com.blazemeter.jmeter.RandomCSVDataSetConfig"
SUMS = re.compile(r": (\d+) rows used, (\d+) never used, (\d+) used twice(?:, (\d+) handed out, unknown)?$")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Slow(Reader):
    """One whose users rest, and those of the first server more so."""

    def start(self, at_ns: int) -> None:
        self.pause_s = 0.05 if self.place[0] == 0 else 0.02
        super().start(at_ns)


def data_set(**props: Any) -> str:
    given = {"filename": "rows.csv", "variableNames": "row", "recycle": False, "stopThread": True, **props}
    return element("CSVDataSet", "rows", given)


def write(folder: Path, rows: int, **props: Any) -> None:
    (folder / "rows.csv").write_text("".join(f"r{row}\n" for row in range(rows)))
    (folder / "plan.jmx").write_text(plan(group("users", 1, 1, data_set(**props))))


def numbers(engine: Reader) -> list[int]:
    return [int(row[1:]) for row in engine.values]


def sums(fleet: Readers, name: str = "rows.csv") -> tuple[int, ...]:
    found = SUMS.search(fleet.said(f"{name} ("))
    assert found is not None
    return tuple(int(number or 0) for number in found.groups())


def test_split_gives_each_server_every_nth_row(tmp_path: Path) -> None:
    write(tmp_path, 101)
    with readers(tmp_path, 3) as fleet:
        assert fleet.run(pyjm__csv="split") == 0
        for place, engine in enumerate(fleet.engines):
            assert sorted(numbers(engine)) == list(range(place, 101, 3))
    assert fleet.said("rows.csv") == "rows.csv (split): 101 rows used, 0 never used, 0 used twice"


def test_block_gives_each_server_a_part_in_one_piece(tmp_path: Path) -> None:
    write(tmp_path, 101)
    with readers(tmp_path, 3) as fleet:
        assert fleet.run(pyjm__csv="block") == 0
        parts = [sorted(numbers(engine)) for engine in fleet.engines]
    assert parts == [list(range(33)), list(range(33, 67)), list(range(67, 101))]
    assert fleet.said("rows.csv") == "rows.csv (block): 101 rows used, 0 never used, 0 used twice"


@pytest.mark.parametrize("policy", ["split", "block"])
def test_where_the_load_is_divided_by_weights_so_are_the_rows(tmp_path: Path, policy: str) -> None:
    write(tmp_path, 101)
    with readers(tmp_path, 3) as fleet:
        assert fleet.run(pyjm__csv=policy, pyjm__load="divide", pyjm__weights="3,1,1") == 0
        got = [sorted(numbers(engine)) for engine in fleet.engines]
    assert got == [list(share_of(policy, 101, place, 3, (3, 1, 1))) for place in range(3)]
    assert [len(rows) for rows in got] in ([61, 20, 20], [60, 20, 21])
    assert fleet.said("rows.csv") == f"rows.csv ({policy}): 101 rows used, 0 never used, 0 used twice"


def test_unique_rows_come_once_in_the_whole_fleet(tmp_path: Path) -> None:
    write(tmp_path, 1000)
    with readers(tmp_path, 3) as fleet:
        assert fleet.run(pyjm__csv="unique") == 0
        got = Counter(number for engine in fleet.engines for number in numbers(engine))
    assert got == Counter(range(1000))
    assert fleet.said("rows.csv") == "rows.csv (unique): 1000 rows used, 0 never used, 0 used twice"


def test_copies_say_nothing(tmp_path: Path) -> None:
    write(tmp_path, 20)
    with readers(tmp_path, 2) as fleet:
        assert fleet.run(pyjm__csv="copy") == 0
        assert [sorted(numbers(engine)) for engine in fleet.engines] == [list(range(20))] * 2
        assert all(build.row_shares is None for engine in fleet.engines for build in engine.builds)
    assert not [line for line in fleet.lines if "rows.csv" in line]


def test_each_file_may_have_a_policy_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, 20)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "other.csv").write_text("".join(f"o{row}\n" for row in range(40)))
    other = data_set(filename="sub/other.csv", variableNames="other")
    (tmp_path / "plan.jmx").write_text(plan(group("users", 1, 1, data_set(), other)))
    with readers(tmp_path, 2) as fleet:
        given = {"pyjm__csv": "split", "pyjm__csv__other.csv": "copy"}
        assert fleet.run(**given) == 0
        assert sorted(numbers(fleet.engines[0])) == list(range(0, 20, 2))
    assert len([line for line in fleet.lines if " rows used" in line]) == 1


def test_of_servers_that_die_no_row_comes_twice_and_each_is_accounted_for(tmp_path: Path) -> None:
    rows = 20_000
    write(tmp_path, rows)
    with readers(tmp_path, 5) as fleet:

        def die() -> None:
            assert eventually(lambda: len(fleet.engines) == 5)
            for place, engine in enumerate(fleet.engines):
                engine.pause_s = 0.001 * (1 + place)  # they differ in speed
            for victim in (fleet.engines[1], fleet.engines[3]):
                assert eventually(lambda victim=victim: len(victim.read) > 300)  # type: ignore[misc]
                fleet.kill(fleet.engines.index(victim))

        assert fleet.run_and(die, pyjm__csv="unique") == 1
        got = Counter(number for engine in fleet.engines for number in numbers(engine))
        dead = Counter(number for index in (1, 3) for number in numbers(fleet.engines[index]))
    assert max(got.values()) == 1
    used, never, twice, unknown = sums(fleet)
    assert used + never + unknown == rows
    assert (twice, never) == (0, 0)
    assert 0 < unknown < rows
    assert got.total() - dead.total() <= used <= got.total() <= used + unknown


def test_unique_rows_begin_anew_behind_the_last_one_where_the_file_is_recycled(tmp_path: Path) -> None:
    write(tmp_path, 50, recycle=True)

    class Short(Reader):
        most = 40

    with readers(tmp_path, 2, Short) as fleet:
        assert fleet.run(pyjm__csv="unique") == 0
        got = Counter(number for engine in fleet.engines for number in numbers(engine))
    assert got.total() == 2 * 2 * 3 * 40
    assert set(got) == set(range(50))
    assert sums(fleet)[2] > 0


def test_one_that_stands_by_takes_the_share_of_one_that_dies(tmp_path: Path) -> None:
    write(tmp_path, 20_000)
    with readers(tmp_path, 3, Slow) as fleet:

        def die() -> None:
            assert eventually(lambda: len(fleet.engines) == 3 and len(fleet.engines[1].read) > 10)
            fleet.kill(1)
            assert eventually(lambda: fleet.engines[2].place == (1, 2) and len(fleet.engines[2].read) > 10)
            fleet.engines[0].pause_s = 0.0

        assert fleet.run_and(die, standbys=1, pyjm__csv="split") == 1
        assert set(numbers(fleet.engines[2])) <= set(range(1, 20_000, 2))
        assert numbers(fleet.engines[2])
        assert set(numbers(fleet.engines[0])) <= set(range(0, 20_000, 2))
    used, never, _, unknown = sums(fleet)
    assert used + never + unknown == 20_000


def test_each_thread_group_has_unique_rows_of_its_own_if_it_shares_them_by_group(tmp_path: Path) -> None:
    write(tmp_path, 200, shareMode="shareMode.group")

    class TwoGroups(Reader):
        groups = 2

    with readers(tmp_path, 2, TwoGroups) as fleet:
        assert fleet.run(pyjm__csv="unique") == 0
        read = [one for engine in fleet.engines for one in engine.read]
    for index in (0, 1):
        assert Counter(int(row[1:]) for each, _, row in read if each == index) == Counter(range(200))
    said = [line for line in fleet.lines if line.startswith("rows.csv, thread group ")]
    assert [line.partition(" (unique)")[0] for line in said] == ["rows.csv, thread group 1", "rows.csv, thread group 2"]


def test_each_thread_reads_all_of_its_servers_share_if_it_shares_with_nobody(tmp_path: Path) -> None:
    write(tmp_path, 40, shareMode="shareMode.thread")
    with readers(tmp_path, 2) as fleet:
        assert fleet.run(pyjm__csv="split") == 0
        for place, engine in enumerate(fleet.engines):
            by_user = {number: [] for _, number, _ in engine.read}  # type: ignore[var-annotated]
            for _, number, row in engine.read:
                by_user[number].append(int(row[1:]))
            assert list(by_user.values()) == [list(range(place, 40, 2))] * 6


@pytest.mark.parametrize("shuffled", [True, False])
@pytest.mark.parametrize("policy", ["split", "block", "unique"])
def test_a_random_data_set_is_divided_as_well(tmp_path: Path, policy: str, shuffled: bool) -> None:
    write(tmp_path, 300)
    props = {"filename": "rows.csv", "fileEncoding": "UTF-8", "delimiter": ",", "variableNames": "row"}
    flags = {"randomOrder": shuffled, "ignoreFirstLine": False, "rewindOnTheEndOfList": False}
    (tmp_path / "plan.jmx").write_text(plan(group("users", 1, 1, element(RANDOM, "random", {**props, **flags}))))
    with readers(tmp_path, 3) as fleet:
        assert fleet.run(pyjm__csv=policy) == 0
        got = [sorted(numbers(engine)) for engine in fleet.engines]
        order = [number for engine in fleet.engines for number in numbers(engine)]
    assert sorted(order) == list(range(300))
    if policy != "unique":
        assert got == [list(share_of(policy, 300, place, 3)) for place in range(3)]
    assert sums(fleet, "rows.csv, plan > users > random #2") == (300, 0, 0, 0)


def test_a_link_for_rows_that_is_cut_hands_out_nothing_twice(tmp_path: Path) -> None:
    write(tmp_path, 3000)
    with readers(tmp_path, 2, Slow) as fleet:

        def cut() -> None:
            assert eventually(lambda: len(fleet.engines) == 2 and all(each.began.is_set() for each in fleet.engines))
            for turn in range(1, 6):
                assert eventually(lambda turn=turn: len(fleet.engines[0].read) > 100 * turn)  # type: ignore[misc]
                for lease in [server.host._lease for server in fleet.servers]:
                    for link in [link for link, kind in lease.links.items() if kind == "rows"] if lease else ():
                        link.abort()

        assert fleet.run_and(cut, pyjm__csv="unique") == 0
        got = Counter(number for engine in fleet.engines for number in numbers(engine))
    assert got == Counter(range(3000))
    assert sums(fleet) == (3000, 0, 0, 0)


def test_a_server_that_can_not_be_handed_rows_is_stopped_and_the_run_has_failed(tmp_path: Path) -> None:
    write(tmp_path, 300)

    class Broken(Reader):
        def rows(self, after: int, granted: Sequence[Granted], wait_s: float) -> list[Wish]:
            raise RuntimeError("no")

    with readers(tmp_path, 1, Broken) as fleet:
        assert fleet.run(pyjm__csv="unique") == 1
        said = fleet.said(f"{fleet.servers[0].address} can't be handed rows of data files: ")
    assert said.endswith("; its test is stopped")


# what can't be done is said before the run


def refusal(folder: Path, **given: str) -> list[str]:
    with readers(folder, 2) as fleet:
        assert fleet.run(**given) == 1
        assert not any(engine.began.is_set() for engine in fleet.engines)
        return fleet.lines


def test_a_policy_that_is_none_is_refused(tmp_path: Path) -> None:
    write(tmp_path, 3)
    text = "An error occurred: pyjm.csv=fair is none; write copy, split, block or unique"
    assert refusal(tmp_path, pyjm__csv="fair") == [text]


def test_a_file_that_only_the_run_can_name_is_refused(tmp_path: Path) -> None:
    write(tmp_path, 3, filename="${__threadNum}.csv")
    said = refusal(tmp_path, pyjm__csv="split")[-1]
    assert "the file ${__threadNum}.csv is known only when the test runs: its rows can't be divided" in said
    assert "pyjm.csv.${__threadNum}.csv=copy" in said


def test_a_file_that_is_not_here_is_refused(tmp_path: Path) -> None:
    write(tmp_path, 3, filename="none.csv")
    said = refusal(tmp_path, pyjm__csv="split")
    assert any("none.csv is not on this machine: its rows can't be divided (pyjm.csv=split)" in line for line in said)


def test_unique_rows_for_each_thread_are_refused(tmp_path: Path) -> None:
    write(tmp_path, 3, shareMode="shareMode.thread")
    assert "each thread reads all rows, so that none is unique" in refusal(tmp_path, pyjm__csv="unique")[-1]


def test_two_elements_that_read_one_file_in_two_ways_are_refused(tmp_path: Path) -> None:
    write(tmp_path, 3)
    twice = plan(group("users", 1, 1, data_set(), data_set(ignoreFirstLine=True)))
    (tmp_path / "plan.jmx").write_text(twice)
    assert "rows that they share can't be divided (pyjm.csv)" in refusal(tmp_path, pyjm__csv="block")[-1]


def test_a_rule_for_a_file_that_nobody_reads_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, 3)
    with readers(tmp_path, 1) as fleet:
        assert fleet.run(**{"pyjm__csv__row.csv": "unique"}) == 0
    text = "Warning: pyjm.csv.row.csv=unique: no CSV Data Set of the plan reads a file of that name"
    assert fleet.lines.count(text) == 1


# a run without servers


def test_a_run_on_this_machine_reads_all_rows_whatever_the_policy(tmp_path: Path) -> None:
    write(tmp_path, 30)
    with readers(tmp_path, 0) as fleet:
        made: list[Reader] = []

        def members(order: Order, settings: Settings) -> list[Member]:
            made.append(Reader())
            return [Local(made[-1])]

        settings = fleet.settings(pyjm__csv="unique")
        assert Session(Order("plan.jmx"), settings, fleet.lines.append, members, cli.make_crew).run() == 0
        assert sorted(numbers(made[0])) == list(range(30))
        assert all(build.row_shares is None for build in made[0].builds)
    assert not [line for line in fleet.lines if "rows" in line]


def test_a_policy_that_is_none_is_refused_without_servers_too(tmp_path: Path) -> None:
    write(tmp_path, 3)
    lines: list[str] = []
    settings = Settings.load([("G", "pyjm.csv.rows.csv=twice")], environ={}, cwd=tmp_path)
    assert Session(Order("plan.jmx"), settings, lines.append, lambda *_: [], cli.make_crew).run() == 1
    assert lines == ["An error occurred: pyjm.csv.rows.csv=twice is none; write copy, split, block or unique"]
