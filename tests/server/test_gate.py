"""Strangers at a port: how many, how often, and who is not cut off because of them."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from wired.rig import eventually, job_of, serving, trust_of

from pyjm.client.remote import Remote
from pyjm.engine.results.batch import Batch
from pyjm.server.wire.contract import MAX_UNLEASED, Limits, Refused
from pyjm.server.wire.gate import MOST_ADDRESSES, SAID, WINDOW_S, Gate, network_of
from pyjm.server.wire.trouble import LinkDown


class Knock:
    """A connection in the handshake."""

    def __init__(self) -> None:
        self.cut = False

    def abort(self) -> None:
        self.cut = True


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_one_stranger_too_many_drives_out_the_oldest_of_the_crowd_and_not_a_lone_one() -> None:
    gate = Gate(strangers=4, failures=100)
    lone = Knock()
    gate.enter(lone, "10.0.0.1")
    crowd = [Knock() for _ in range(50)]
    for knock in crowd:
        gate.enter(knock, "10.6.6.6")
    assert not lone.cut
    assert [knock.cut for knock in crowd] == [True] * 47 + [False] * 3
    assert len(gate.strangers()) == 4


def test_an_address_whose_handshakes_fail_is_refused_for_the_rest_of_a_minute() -> None:
    clock = Clock()
    gate = Gate(strangers=4, failures=10, clock=clock)
    for _ in range(10):
        assert gate.admits("10.6.6.6")
        gate.failed(Knock(), "10.6.6.6")
    assert not gate.admits("10.6.6.6")
    assert gate.admits("10.0.0.1")
    assert gate.refused("10.6.6.6") == 1
    clock.now += WINDOW_S
    assert gate.admits("10.6.6.6")


def test_who_has_an_open_link_is_not_refused_for_what_others_of_its_address_do() -> None:
    gate = Gate(strangers=4, failures=10)
    own = Knock()
    gate.enter(own, "10.6.6.6")
    gate.passed(own, "10.6.6.6")
    for _ in range(100):
        gate.failed(Knock(), "10.6.6.6")
    assert gate.admits("10.6.6.6")
    gate.left("10.6.6.6")
    assert not gate.admits("10.6.6.6")


def test_a_flood_does_not_fill_the_log() -> None:
    gate = Gate(strangers=4, failures=64)
    said = [gate.failed(Knock(), "10.6.6.6") for _ in range(10_000)]
    assert [text for text in said if text] == [
        *["a handshake failed"] * SAID,
        "64 handshakes failed, refused for the rest of a minute",
    ]


def test_addresses_without_end_take_no_memory_without_end() -> None:
    gate = Gate(strangers=4, failures=64)
    for number in range(MOST_ADDRESSES + 500):
        gate.failed(Knock(), f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(gate._neighbours) == MOST_ADDRESSES


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("fd00:1:2:3:4::5", "fd00:1:2:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nobody", "nobody"),
    ],
)
def test_one_neighbour_is_an_address_or_the_network_of_one_machine(host: str, network: str) -> None:
    assert network_of(host) == network


def test_a_run_goes_on_undisturbed_while_thousands_of_strangers_half_open(tmp_path: Path) -> None:
    """Of 600 connections that say nothing none keeps the run from its batches, and few are open at any time."""
    settled = threading.active_count()
    with serving(tmp_path, pyjm__lease="5") as server:
        member = Remote(server.address, server.settings, trust_of(server.settings))
        assert member.configure(job_of()) == []
        member.start_at(0)
        strangers: list[socket.socket] = []
        most_threads = 0
        taken = 0
        for number in range(1, 11):
            for _ in range(60):
                stranger = socket.create_connection(("127.0.0.1", server.port), 5)
                strangers.append(stranger)
            most_threads = max(most_threads, threading.active_count())
            server.engine.play(10, last=number == 10)
            while taken < number:
                taken += len([Batch.from_bytes(data) for data in member.take(taken, 5.0)])
        assert member.cuts == 0
        assert eventually(lambda: len(server.listener._gate.strangers()) <= Limits().strangers)
        assert most_threads - settled < 200, "each is driven out, and its thread with it"
        member.stop(now=True)
        member.close()
        for stranger in strangers:
            stranger.close()


def test_who_floods_is_refused_before_tls_begins(tmp_path: Path) -> None:
    with serving(tmp_path, limits=Limits(strangers=4, failures=20)) as server:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", server.port), 5) as stranger:
                stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
                stranger.settimeout(5)
                while stranger.recv(4096):
                    pass
        assert eventually(lambda: not server.listener._gate.admits("127.0.0.1"))
        with pytest.raises((LinkDown, OSError)):
            server.greeted()


def test_a_large_message_of_who_holds_no_lease_ends_its_link(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        link = server.greeted()
        with pytest.raises(LinkDown):
            link.call("upload", "0" * 64, 0, bytes(MAX_UNLEASED + 1))
        holder = server.greeted()
        holder.call("acquire")
        with pytest.raises(Refused, match="a piece of a file that is not due"):
            holder.call("upload", "0" * 64, 0, bytes(MAX_UNLEASED + 1))
