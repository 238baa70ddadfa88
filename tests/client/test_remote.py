"""A server as a member of a fleet: reached, refused, cut off, lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter_ns

import pytest
from wired.relay import FROM, TO, relayed
from wired.rig import PLAN, csv_plan, eventually, job_of, serving, settings_of, trust_of

from pyjm.client.configuring import Policy
from pyjm.client.fleet import Fleet
from pyjm.client.member import MemberError, Progress
from pyjm.client.pace import Pace
from pyjm.client.remote import Remote
from pyjm.client.trust import Trust
from pyjm.engine.results.batch import Batch
from pyjm.properties import Settings
from pyjm.server.wire.contract import Limits

QUICK = Limits(connect_s=5, handshake_s=10, frame_s=10)


@contextmanager
def remote(address: str, settings: Settings, limits: Limits = QUICK, trust: Trust | None = None) -> Iterator[Remote]:
    member = Remote(address, settings, trust or trust_of(settings), limits)
    try:
        yield member
    finally:
        member.close()


def why_not(address: str, settings: Settings, limits: Limits = QUICK) -> str:
    with remote(address, settings, limits) as member, pytest.raises(MemberError) as caught:
        _ = member.warnings
        member.configure(job_of())
    text = str(caught.value)
    assert "\n" not in text
    return text


# reached


def test_a_plan_runs_from_configure_to_the_last_batch(tmp_path: Path) -> None:
    with serving(tmp_path) as server, remote(server.address, server.settings) as member:
        assert member.configure(job_of(hello="you")) == []
        member.start_at(perf_counter_ns())
        assert eventually(lambda: member.started_ns() > 0)
        server.engine.play(2)
        server.engine.play(1, last=True)
        numbers: list[int] = []
        while len(numbers) < 2:
            numbers += [Batch.from_bytes(data).number for data in member.take(len(numbers), 1.0)]
        assert numbers == [1, 2]
        job = server.engine.job
        assert job is not None
        assert job.properties["hello"] == "you"
        assert job.plan == PLAN % b""
        member.close()
        assert server.engine.closed


def test_the_clocks_of_one_machine_are_found_to_agree(tmp_path: Path) -> None:
    with serving(tmp_path) as server, remote(server.address, server.settings) as member:
        member.configure(job_of())
        assert abs(member.offset_ns()) < 20_000_000


def test_a_file_of_the_plan_is_shipped_once_and_found_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "users.csv").write_bytes(b"joe,secret\n" * 200_000)
    plan = csv_plan("${__P(folder,data)}/users.csv")
    with serving(tmp_path) as server, remote(server.address, server.settings) as member:
        for _ in range(2):
            member.configure(job_of(plan, tmp_path))
            assert server.engine.seen == {"data/users.csv": b"joe,secret\n" * 200_000}
        assert len(list(server.host.store()._folder.iterdir())) == 2


def test_a_second_port_of_the_server_carries_the_batches(tmp_path: Path) -> None:
    with serving(tmp_path, extra_port=True) as server, remote(server.address, server.settings) as member:
        member.configure(job_of())
        member.start_at(perf_counter_ns())
        server.engine.play(last=True)
        assert member.take(0, 5.0)
        assert member._samples.link is not None
        assert member._samples.link.stream._sock.getpeername()[1] != server.port


def free_base() -> int:
    """Find a port after which two are free."""
    while True:
        with socket.create_server(("", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                socket.create_server(("", port + 1)).close()
            except OSError:
                continue
            return port - 1


def test_the_server_dials_where_the_controller_s_ports_are_named(tmp_path: Path) -> None:
    base = free_base()
    with serving(tmp_path) as server:
        settings = settings_of(tmp_path, client__rmi__localport=str(base))
        trust = Trust(settings)
        with remote(server.address, settings, trust=trust) as member:
            member.configure(job_of())
            member.start_at(perf_counter_ns())
            assert eventually(lambda: member.started_ns() > 0)
            server.engine.play()
            assert member.take(0, 5.0)
            assert member._samples.link is not None
            assert member._threads is not None
            ports = [link.stream._sock.getsockname()[1] for link in (member._samples.link, member._threads)]
            assert ports == [base + 2, base + 1]
            member._samples.link.abort()
            server.engine.play(last=True)
            assert member.take(1, 5.0)
            assert member.cuts == 1
        trust.close()


def test_a_port_of_the_controller_that_is_taken_is_named(tmp_path: Path) -> None:
    with serving(tmp_path) as server, socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        settings = settings_of(tmp_path, client__rmi__localport=str(port - 1))
        with (
            remote(server.address, settings, trust=Trust(settings)) as member,
            pytest.raises(MemberError, match=f"port {port}, for client.rmi.localport={port - 1}, can't be used"),
        ):
            member.configure(job_of())


def test_a_controller_that_can_not_be_dialled_is_told_so(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        settings = settings_of(tmp_path, client__rmi__localport=str(free_base()))
        settings.system["java.rmi.server.hostname"] = "no..where"
        trust = Trust(settings)
        with (
            remote(server.address, settings, trust=trust) as member,
            pytest.raises(MemberError, match=r"it can't reach this controller at no\.\.where port \d+ \(Name or"),
        ):
            member.configure(job_of())
        trust.close()


def test_ipv6_is_dialled_in_brackets(tmp_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with serving(tmp_path, address="::1") as server, remote(f"[::1]:{server.port}", server.settings) as member:
        assert member.configure(job_of()) == []


# refused


def test_nobody_listening_is_said_in_jmeter_s_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "Connection refused to host: 127.0.0.1; " in why_not(f"127.0.0.1:{port}", settings_of(tmp_path))


def test_an_unknown_host_is_named(tmp_path: Path) -> None:
    assert why_not("no..where", settings_of(tmp_path)).startswith("Unknown host: no..where; ")


def test_a_foreign_key_is_said_to_be_one(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        text = why_not(server.address, settings_of(tmp_path, "stranger"))
        assert "shows a certificate that is not trusted here" in text
        assert "(CN=us)" in text


def test_tls_here_and_none_there_is_told_apart(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true") as server:
        text = why_not(server.address, settings_of(tmp_path))
        assert "it runs with server.rmi.ssl.disable=true" in text
    with serving(tmp_path) as server:
        text = why_not(server.address, settings_of(tmp_path, server__rmi__ssl__disable="true"))
        assert "it wants TLS" in text


def test_a_port_on_which_nobody_speaks_does_not_hold_the_run_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        hasty = Limits(handshake_s=0.2)
        assert "did not say a word" in why_not(f"127.0.0.1:{port}", settings_of(tmp_path), hasty)


def test_a_broken_keystore_is_one_line_before_anything_is_dialled(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, server__rmi__ssl__keystore__file=str(tmp_path / "nowhere.jks"))
    assert "nowhere.jks" in why_not("127.0.0.1:1", settings)


def test_a_busy_server_names_its_holder(tmp_path: Path) -> None:
    with serving(tmp_path) as server, remote(server.address, server.settings) as first:
        first.configure(job_of())
        assert f"{server.address}: Engine is busy - please try later (held by " in why_not(
            server.address, server.settings
        )


@pytest.mark.parametrize("address", ["", "a:b", "host:0", "host:99999", "[::1", "a b"])
def test_what_is_no_address_is_said_to_be_none(tmp_path: Path, address: str) -> None:
    assert "is no address of a server" in why_not(address, settings_of(tmp_path))


def test_without_tls_both_sides_are_warned(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, server__rmi__ssl__disable="true")
    with remote("127.0.0.1:1", settings) as member:
        assert "nothing is encrypted" in member.warnings[0]


# cut off and lost


def test_cut_links_are_mended_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with serving(tmp_path) as server, relayed(server.port) as relay:
        taken: list[int] = []
        member = Remote(f"127.0.0.1:{relay.port}", server.settings, trust_of(server.settings), QUICK)
        fleet = Fleet([member], lambda _, batch: taken.append(batch.number), lambda _: None, Policy())
        fleet.configure([job_of()])
        fleet.start()
        for round_number in range(3):
            server.engine.play(10)
            assert eventually(lambda count=round_number + 1: len(taken) == count)  # type: ignore[misc]
            relay.cut()
        server.engine.play(5, last=True)
        (outcome,) = fleet.wait()
        fleet.close()
        assert taken == [1, 2, 3, 4]
        assert (outcome.received, outcome.lost, outcome.unknown, outcome.reason) == (35, 0, False, "")
        assert outcome.replayed > 0


def test_a_server_that_is_gone_is_noticed_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server, relayed(server.port) as relay:
        member = Remote(f"127.0.0.1:{relay.port}", server.settings, trust_of(server.settings), QUICK)
        fleet = Fleet([member], lambda *_: None, lambda _: None, Policy())
        fleet.configure([job_of()])
        fleet.start()
        server.engine.play(7)
        assert eventually(lambda: member.progress().made == 7)
        relay.close()
        began_ns = perf_counter_ns()
        (outcome,) = fleet.wait()
        assert perf_counter_ns() - began_ns < 5e9
        assert outcome.unknown
        assert "is lost: " in outcome.reason
        fleet.close()


def test_a_server_that_is_lost_before_its_first_account_may_have_made_what_nobody_counted(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        member = Remote(server.address, server.settings, trust_of(server.settings), QUICK)
        assert member.progress() == Progress()
        member.configure(job_of())
        try:
            assert member._heart is not None
            member._heart.progress = Progress()
            told = member.progress()
            assert 0 < told.at_ns <= perf_counter_ns()
            pace = Pace()
            pace.note(12, active=4)
            assert pace.unheard(told, 12) > 12
        finally:
            member.close()


def test_a_server_that_does_not_answer_is_lost_after_its_time(tmp_path: Path) -> None:
    with serving(tmp_path, pyjm__loss_timeout="0.5", pyjm__lease="1") as server, relayed(server.port) as relay:
        member = Remote(f"127.0.0.1:{relay.port}", server.settings, trust_of(server.settings), QUICK)
        fleet = Fleet([member], lambda *_: None, lambda _: None, Policy())
        fleet.configure([job_of()])
        fleet.start()
        relay.blocked = {TO, FROM}
        (outcome,) = fleet.wait()
        assert "did not answer for 0.5 s" in outcome.reason
        fleet.close()


def test_a_lease_that_ran_out_is_a_loss(tmp_path: Path) -> None:
    with serving(tmp_path) as server, remote(server.address, server.settings) as member:
        member.configure(job_of())
        member.start_at(perf_counter_ns())
        lease = server.host._lease
        assert lease is not None
        server.host.release(lease)
        with pytest.raises(MemberError, match="is lost"):
            while True:
                member.take(0, 1.0)


def test_a_stop_is_answered_while_a_take_waits(tmp_path: Path) -> None:
    with serving(tmp_path) as server, remote(server.address, server.settings) as member:
        member.configure(job_of())
        member.start_at(perf_counter_ns())
        waiting = threading.Thread(target=member.take, args=(0, 8.0))
        waiting.start()
        began_ns = perf_counter_ns()
        member.stop(now=True)
        assert perf_counter_ns() - began_ns < 1e9
        assert server.engine.stops == [True]
        waiting.join()
