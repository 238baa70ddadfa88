"""A way to a server that is bad for a while: nothing is lost, nothing comes twice, and the run goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter_ns, sleep

import pytest
from wired.relay import FROM, TO, Relay, relayed
from wired.rig import Server, eventually, job_of, serving, trust_of

from pyjm.client.configuring import Policy
from pyjm.client.fleet import Fleet
from pyjm.client.member import Outcome
from pyjm.client.remote import Remote
from pyjm.engine.results.batch import Batch
from pyjm.server.wire.contract import Limits

QUICK = Limits(connect_s=5, handshake_s=5, frame_s=5)
SILENT_S = 0.4


class Case:
    """A server that makes samples, a way to it, and the fleet that takes them."""

    def __init__(self, server: Server, relay: Relay) -> None:
        self.server = server
        self.relay = relay
        self.taken: list[int] = []
        self.rows: list[bytes] = []
        self.lines: list[str] = []
        trust = trust_of(server.settings)
        self.member = Remote(relay.address, server.settings, trust, QUICK, say=self.lines.append)
        self.fleet = Fleet([self.member], self.collect, self.lines.append, Policy())

    def collect(self, _: int, batch: Batch) -> None:
        self.taken.append(batch.number)
        self.rows += [row for _, data in batch.rows.values() for row in data.splitlines()]

    def play(self, batches: int) -> None:
        for _ in range(batches):
            self.server.engine.play(10)

    def said(self, words: str) -> int:
        """Count the lines with these words."""
        return sum(words in line for line in self.lines)

    def end(self) -> Outcome:
        """Have the test end; all that was made has to be there once and in order."""
        self.server.engine.play(1, last=True)
        (outcome,) = self.fleet.wait()
        made = self.server.engine.batches
        assert self.taken == [batch.number for batch in made]
        assert self.rows == [row for batch in made for row in batch.rows[0][1].splitlines()]
        assert (outcome.received, outcome.lost, outcome.unknown) == (len(self.rows), 0, False)
        return outcome


@contextmanager
def running(folder: Path, **given: str) -> Iterator[Case]:
    """Run a server and a fleet of it, with a first batch taken."""
    times = {"pyjm__loss_timeout": str(SILENT_S), "pyjm__lease": "20", **given}
    with serving(folder, server__rmi__ssl__disable="true", **times) as server, relayed(server.port) as relay:
        case = Case(server, relay)
        try:
            case.fleet.configure([job_of()])
            case.fleet.start()
            case.play(1)
            assert eventually(lambda: case.taken == [1])
            yield case
        finally:
            case.fleet.close()


def cut(relay: Relay) -> None:
    relay.down = True
    relay.cut()


def block(*ways: str) -> Callable[[Relay], None]:
    def act(relay: Relay) -> None:
        relay.blocked = set(ways)

    return act


@pytest.mark.parametrize("seconds", [0.05, 0.7])
@pytest.mark.parametrize("act", [cut, block(TO, FROM), block(TO), block(FROM)], ids=["cut", "dead", "to", "from"])
def test_a_way_that_is_bad_for_a_while_costs_nothing(
    tmp_path: Path, act: Callable[[Relay], None], seconds: float
) -> None:
    with running(tmp_path) as case:
        act(case.relay)
        case.play(3)
        sleep(seconds)  # the fault itself takes its time
        case.play(2)
        case.relay.blocked = set()
        case.relay.down = False
        case.relay.cut()
        assert seconds < SILENT_S or eventually(lambda: case.said(" is back after ") > 0)
        assert case.end().reason == ""


def test_a_server_that_is_silent_is_said_to_be_out_of_reach_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with running(tmp_path) as case:
        case.relay.blocked = {TO, FROM}
        assert eventually(lambda: case.said(" is out of reach: it did not answer for 0.4 s") > 0, 5)
        case.relay.blocked = set()
        assert eventually(lambda: case.said(" is back after ") > 0, 10)
        assert case.end().reason == ""


def test_a_data_link_alone_that_says_nothing_is_opened_again(tmp_path: Path) -> None:
    with running(tmp_path) as case:
        assert case.member._samples.link is not None
        mine = case.member._samples.link.stream._sock.getsockname()
        case.relay.muted.add(mine)
        case.play(2)
        assert eventually(lambda: case.taken == [1, 2, 3], 10)
        assert case.member.cuts == 1
        case.end()


def test_links_that_were_cut_do_not_pile_up_on_the_server(tmp_path: Path) -> None:
    with running(tmp_path) as case:
        lease = case.server.host._lease
        assert lease is not None
        for number in range(1, 3):
            case.relay.blocked = {FROM}  # the server sees nothing of that
            assert eventually(lambda number=number: case.said(" is out of reach") == number)  # type: ignore[misc]
            case.relay.blocked = set()
            assert eventually(lambda number=number: case.said(" is back after ") == number)  # type: ignore[misc]
            case.play(1)
            assert eventually(lambda number=number: len(case.taken) == number + 1)  # type: ignore[misc]
        assert eventually(lambda: sorted(lease.links.values()) == ["control", "data"])
        assert eventually(lambda: len(case.server.listener._links) == 2)
        case.end()


def test_a_stop_that_could_not_be_told_is_told_when_the_server_is_back(tmp_path: Path) -> None:
    with running(tmp_path) as case:
        case.relay.blocked = {TO, FROM}
        assert eventually(lambda: case.said(" is out of reach") > 0, 5)
        case.fleet.stop(now=True)
        assert case.server.engine.stops == []
        case.relay.blocked = set()
        assert eventually(lambda: case.server.engine.stops == [True], 10)
        (outcome,) = case.fleet.wait()
        assert (outcome.received, outcome.reason) == (10, "")


def test_a_server_is_lost_when_it_was_out_of_reach_for_as_long_as_is_said(tmp_path: Path) -> None:
    with running(tmp_path, pyjm__reconnect_timeout="1") as case:
        case.relay.blocked = {TO, FROM}
        began_ns = perf_counter_ns()
        (outcome,) = case.fleet.wait()
        assert 1e9 <= perf_counter_ns() - began_ns < 6e9
        assert outcome.unknown
        assert "is lost: it did not answer for 0.4 s and did not come back within 1 s" in outcome.reason


def test_a_server_that_was_started_anew_has_lost_its_test(tmp_path: Path) -> None:
    with running(tmp_path) as case, serving(tmp_path, server__rmi__ssl__disable="true") as other:
        case.relay.target = other.port
        case.relay.cut()
        (outcome,) = case.fleet.wait()
        assert "its lease ran out: it was out of reach for too long, or was started anew" in outcome.reason


@pytest.mark.parametrize("both", [False, True], ids=["by its data link", "by a new one"])
def test_a_server_is_let_go_also_when_its_control_link_has_just_been_cut(tmp_path: Path, both: bool) -> None:
    with running(tmp_path) as case:
        assert case.member._heart is not None
        case.relay.down = True
        case.member._heart._line.abort()
        case.end()
        if both:
            case.relay.down = False
            case.relay.cut()
        case.member.close()
        assert not case.server.host.is_held


def test_a_controller_that_reads_slowly_gets_all_of_it(tmp_path: Path) -> None:
    with running(tmp_path) as case:
        case.relay.bytes_per_s = 50_000
        for _ in range(40):
            case.server.engine.play(200)
        assert case.end().received == 10 + 40 * 200 + 1


def test_an_answer_that_takes_longer_than_a_server_may_be_silent_is_taken_whole(tmp_path: Path) -> None:
    with running(tmp_path) as case:
        case.relay.bytes_per_s = 20_000
        for _ in range(10):
            case.server.engine.play(500)  # some 40,000 bytes, which then come in one answer
        assert case.end().received == 10 + 10 * 500 + 1


def test_a_server_that_may_keep_no_more_ends_its_test_and_says_why(tmp_path: Path) -> None:
    with running(tmp_path, pyjm__spool="0") as case:
        run = case.server.host._lease.run  # type: ignore[union-attr]
        assert run is not None
        run.spool._limit = 100
        case.relay.blocked = {TO, FROM}
        for _ in range(20):
            case.play(1)
        assert eventually(lambda: case.server.engine.stops == [True])
        case.relay.blocked = set()
        (outcome,) = case.fleet.wait()
        assert outcome.received == len(case.rows) == 10 * 21
        assert "samples wait for the controller; the test is stopped there, nothing is lost" in outcome.reason
        assert any("the test is stopped there" in line for line in case.server.lines)
