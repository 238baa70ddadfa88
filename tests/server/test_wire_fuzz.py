"""Whatever bytes come over a link: it is answered, refused or cut, and the server goes on for all others."""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rpyc.core import brine, consts
from wired.rig import Server, job_of, serving

from pyjm.server.wire.contract import (
    CALLS,
    BadMessage,
    Limits,
    Refused,
    in_one_line,
    pack,
    pack_batches,
    unpack,
    unpack_batches,
    unpack_map,
)
from pyjm.server.wire.link import Link, check_call
from pyjm.server.wire.trouble import LinkDown

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=100, deadline=None)

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
)
structured = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ORDER = ("name", "base", "plan", "files", "job")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    limits = Limits(handshake_s=5, frame_s=0.3, idle_s=5, links=10_000)
    with serving(folder, limits=limits, server__rmi__ssl__disable="true") as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_breaks(caplog: Any, server: Server) -> Iterator[None]:
    """Hold that no call has broken in the server, and that it still answers."""
    with caplog.at_level(logging.CRITICAL, "pyjm.server"):
        yield
    assert not [record for record in caplog.records if record.levelno >= logging.CRITICAL]
    link = server.greeted()
    assert isinstance(link.call("clock", 1), int)
    link.close()


def swallowed(server: Server, data: bytes) -> None:
    """Send bytes on a connection of their own, and read until the server has had enough or has answered."""
    with socket.create_connection(("127.0.0.1", server.port), 5) as sock:
        sock.settimeout(10)
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
        except OSError as error:
            assert not isinstance(error, TimeoutError), "it is neither answered nor cut"


def framed(data: bytes) -> bytes:
    return struct.pack("!LB", len(data), 0) + data + b"\n"


@FEW
@given(data=st.binary(max_size=300))
def test_bytes_of_no_kind(server: Server, data: bytes) -> None:
    swallowed(server, data)


@FEW
@given(frames=st.lists(st.binary(max_size=100), max_size=4))
def test_frames_of_anything(server: Server, frames: list[bytes]) -> None:
    swallowed(server, b"".join(map(framed, frames)))


@FEW
@given(kind=st.integers(0, 255), seq=plain, body=plain)
def test_messages_of_anything(server: Server, kind: int, seq: Any, body: Any) -> None:
    swallowed(server, framed(bytes([kind]) + brine.dump((seq, body))))


@FEW
@given(data=st.data())
def test_a_good_message_with_some_bytes_changed(server: Server, data: st.DataObject) -> None:
    message = (1, (consts.HANDLE_CALLATTR, (1, ("hello", (1, pack({"who": "me", "link": "data"}))))))
    whole = bytearray(framed(brine.I1.pack(consts.MSG_REQUEST) + brine.dump(message)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    swallowed(server, bytes(whole))


@FEW
@given(name=st.sampled_from(sorted(CALLS)) | st.text(max_size=10), args=st.lists(plain, max_size=3))
def test_calls_with_anything(server: Server, name: str, args: list[Any]) -> None:
    link = server.greeted("data")
    try:
        link.call(name, *args)
    except (Refused, LinkDown, TypeError):
        pass
    finally:
        release(link)


def of_kind(kind: type) -> st.SearchStrategy[Any]:
    """Give values that a call takes: right in kind, anything else in content."""
    texts = st.text(max_size=70) | st.sampled_from(["0" * 64, "../x", ""])
    numbers = st.integers(-(2**70), 2**70)
    data = st.binary(max_size=60) | structured.map(pack)
    return {int: numbers, float: st.floats(), str: texts, bytes: data}[kind]


HARMFUL = {"exit", "dial"}
"""Those that end the server, or dial whatever host they are told; the holder of a lease may."""


@FEW
@given(data=st.data())
def test_the_holder_s_calls_with_anything_of_their_kinds(server: Server, data: st.DataObject) -> None:
    link = server.greeted("data")
    try:
        link.call("acquire", timeout_s=30)
        for _ in range(data.draw(st.integers(1, 4))):
            name = data.draw(st.sampled_from(sorted(set(CALLS) - HARMFUL - {"take"})))
            try:
                link.call(name, *[data.draw(of_kind(kind)) for kind in CALLS[name]])
            except Refused as refusal:
                assert "internal error" not in refusal.text
                assert refusal.text.isprintable()
    finally:
        release(link)


@FEW
@given(order=st.dictionaries(st.sampled_from(ORDER), structured) | structured)
def test_orders_of_anything(server: Server, order: Any) -> None:
    link = server.greeted("data")
    try:
        link.call("acquire", timeout_s=30)
        with pytest.raises(Refused) as caught:
            link.call("configure", pack(order))
        assert "internal error" not in caught.value.text
    finally:
        release(link)


@FEW
@given(data=st.data())
def test_a_good_order_with_one_part_of_another_form(server: Server, data: st.DataObject) -> None:
    job = job_of()
    server.host.store()._folder.joinpath("0" * 64).write_bytes(job.plan)
    told: dict[str, Any] = {key: value for key, value in job.to_plain().items() if key not in ("plan", "files")}
    order: dict[str, Any] = {"name": "h1", "base": ".", "plan": "0" * 64, "files": [], "job": told}
    changed = data.draw(st.sampled_from([order, told]))
    changed[data.draw(st.sampled_from(sorted(changed)))] = data.draw(structured)
    link = server.greeted("data")
    try:
        link.call("acquire", timeout_s=30)
        link.call("configure", pack(order))
    except Refused as refusal:
        assert "internal error" not in refusal.text
    finally:
        release(link)


def release(link: Link) -> None:
    try:
        link.call("release")
    except (Refused, LinkDown):
        pass
    link.close()


# without a server


@MANY
@given(data=st.binary(max_size=200))
def test_what_is_unpacked_is_a_value_or_a_bad_message(data: bytes) -> None:
    for read in (unpack, unpack_map, unpack_batches):
        try:
            read(data)
        except BadMessage:
            pass


@MANY
@given(batches=st.lists(st.binary(max_size=50), max_size=5), cut=st.integers(0, 60))
def test_batches_come_back_as_they_were_and_never_cut(batches: list[bytes], cut: int) -> None:
    packed = pack_batches(batches)
    assert unpack_batches(packed) == batches
    try:
        left = unpack_batches(packed[: max(1, len(packed) - cut)])
    except BadMessage:
        assert cut
    else:
        assert left == batches[: len(left)]


@MANY
@given(name=plain, args=st.lists(plain, max_size=3).map(tuple))
def test_a_call_is_in_the_contract_or_refused(name: Any, args: tuple[Any, ...]) -> None:
    try:
        check_call(name, args)
    except Refused:
        return
    assert tuple(map(type, args)) == CALLS[name]


@MANY
@given(text=st.text())
def test_a_line_is_one_line(text: str) -> None:
    assert in_one_line(text).isprintable()
    assert len(in_one_line(text)) <= 200
