"""Who gets through to a server, and what can be done on a link: the calls of the contract and nothing else."""

from __future__ import annotations

import socket
import struct
import zlib
from pathlib import Path

import pytest
from OpenSSL import SSL
from rpyc.core import brine, consts
from rpyc.utils.factory import connect_stream
from wired.rig import Server, serving, settings_of, trust_of

from pyjm.keystore.context import client_context
from pyjm.server.wire.contract import CALLS, PROTOCOL, Limits, Refused, pack
from pyjm.server.wire.link import Link, connect
from pyjm.server.wire.trouble import LinkDown, Trouble

HASTY = Limits(handshake_s=0.3, frame_s=0.3, idle_s=0.6, max_message=100_000, strangers=3)
CALL = consts.HANDLE_CALLATTR


def say(link: Link, data: bytes, size: int | None = None, compressed: int = 0) -> None:
    """Send one frame as it is, with any header."""
    link.stream.begin_frame()
    link.stream.write(struct.pack("!LB", len(data) if size is None else size, compressed) + data + b"\n")


def is_cut(link: Link) -> bool:
    """Tell whether the other side ends the link, whatever it was."""
    link.stream.begin_frame()
    try:
        while link.stream.read(1):
            pass
    except LinkDown as down:
        return down.trouble in (Trouble.CLOSED, Trouble.RESET)
    return False


def still_serves(server: Server) -> bool:
    """Tell whether a new link is answered."""
    link = server.greeted()
    try:
        return isinstance(link.call("clock", 1), int)
    finally:
        link.close()


def refused_as(server: Server, tmp_path: Path, name: str) -> Trouble:
    with pytest.raises(LinkDown) as caught:
        server.link(settings_of(tmp_path, name)).call("hello", PROTOCOL, pack({}))
    return caught.value.trouble


def test_both_sides_of_one_key_understand_each_other(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        link = server.link()
        about = link.call("hello", PROTOCOL, pack({"who": "me"}))
        assert b"pyjm under test" in about
        link.close()


def test_a_stranger_s_certificate_is_refused_by_the_side_that_dials(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert refused_as(server, tmp_path, "stranger") is Trouble.FOREIGN
        assert still_serves(server)


def test_a_stranger_who_trusts_anybody_is_refused_by_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        context = client_context(settings_of(tmp_path, "stranger"))
        assert context is not None
        context.set_verify(SSL.VERIFY_NONE)
        with pytest.raises(LinkDown) as caught:
            Link(connect("127.0.0.1", server.port, context, Limits())).call("hello", PROTOCOL, pack({}))
        assert caught.value.trouble is Trouble.OUR_FOREIGN


def test_a_tls_client_without_certificate_gets_no_further_than_the_handshake(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        context = SSL.Context(SSL.TLS_METHOD)
        with pytest.raises(LinkDown) as caught:
            Link(connect("127.0.0.1", server.port, context, Limits())).call("hello", PROTOCOL, pack({}))
        assert caught.value.trouble is Trouble.OUR_NONE


def test_a_plain_client_gets_nothing_from_a_tls_port(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        link = Link(connect("127.0.0.1", server.port, None, Limits()))
        with pytest.raises(LinkDown):
            link.call("hello", PROTOCOL, pack({}))
        assert still_serves(server)


def test_a_tls_client_gets_nothing_from_a_plain_port(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true") as server:
        with pytest.raises(LinkDown) as caught:
            connect("127.0.0.1", server.port, trust_of(settings_of(tmp_path)).context(), Limits())
        assert caught.value.trouble in (Trouble.CLOSED, Trouble.RESET, Trouble.NOT_TLS)
        assert still_serves(server)


def test_half_open_strangers_keep_nobody_out_and_are_put_out(tmp_path: Path) -> None:
    with serving(tmp_path, limits=HASTY) as server:
        strangers = [socket.create_connection(("127.0.0.1", server.port), 5) for _ in range(5)]
        assert still_serves(server)
        for stranger in strangers:
            stranger.settimeout(5)
            assert stranger.recv(1) == b""
            stranger.close()


def test_who_is_greeted_and_says_no_more_is_put_out(tmp_path: Path) -> None:
    with serving(tmp_path, limits=HASTY) as server:
        assert is_cut(server.greeted())


def test_rpyc_s_own_client_finds_no_object(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        stream = connect("127.0.0.1", server.port, trust_of(server.settings).context(), Limits())
        ordinary = connect_stream(stream, config={"sync_request_timeout": 5})
        with pytest.raises(EOFError):
            _ = ordinary.root
        assert still_serves(server)


@pytest.mark.parametrize("handler", sorted(set(range(1, 25)) - {CALL}))
def test_no_other_kind_of_request_is_answered(tmp_path: Path, handler: int) -> None:
    """Attributes, pickle, deletion, inspection, even rpyc's ping: each ends the link."""
    with serving(tmp_path, server__rmi__ssl__disable="true") as server:
        link = server.greeted()
        say(link, brine.I1.pack(consts.MSG_REQUEST) + brine.dump((1, (handler, (1, ("hello", ()))))))
        assert is_cut(link)


@pytest.mark.parametrize(
    "name", ["__class__", "_host", "link", "on_disconnect", "_rpyc_getattr", "get_service_name", "exposed_hello", ""]
)
def test_a_name_that_is_no_call_is_refused(tmp_path: Path, name: str) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true") as server:
        link = server.greeted()
        with pytest.raises(Refused, match="no such call"):
            link.call(name)
        link.close()


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_call_refuses_values_of_other_types(tmp_path: Path, name: str) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true") as server:
        link = server.greeted()
        with pytest.raises(Refused, match="other values"):
            link.call(name, 1.5, "x", None)
        link.close()


MALFORMED = {
    "empty": b"",
    "no message": b"\x07abc",
    "a reply to nothing asked": brine.I1.pack(consts.MSG_EXCEPTION) + brine.dump((1, ())),
    "cut brine": brine.I1.pack(consts.MSG_REQUEST) + brine.dump((1, (CALL, (1, ("hello", ()))))[:1])[:-1],
    "an object by reference": brine.I1.pack(consts.MSG_REQUEST) + brine.dump((1, (CALL, (4, ("a", 1, 2))))),
    "a local object": brine.I1.pack(consts.MSG_REQUEST) + brine.dump((1, (CALL, (3, ("a", 1, 2))))),
    "no list": brine.I1.pack(consts.MSG_REQUEST) + brine.dump((1, (CALL, (1, ("hello", 5))))),
    "a number as long as a book": b"\x01" + b"\x11" + b"\x17\x00\x00\xff\xff" + b"9" * 65535,
    "a bag within a bag": b"\x01" + b"\x10" * 50_000,
    "no text": b"\x01" + b"\x11" + b"\x51" + b"\x08\x0a\xff",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_message_ends_its_link_and_no_other(tmp_path: Path, name: str) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true", limits=Limits(idle_s=5)) as server:
        other = server.greeted()
        link = server.greeted()
        say(link, MALFORMED[name])
        assert is_cut(link)
        assert isinstance(other.call("clock", 1), int)
        other.close()


def test_an_oversized_message_is_not_even_read(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true", limits=HASTY) as server:
        link = server.greeted()
        say(link, b"x", size=2**32 - 1)
        assert is_cut(link)
        assert still_serves(server)


def test_a_compressed_frame_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true") as server:
        link = server.greeted()
        say(link, zlib.compress(bytes(50_000_000)), compressed=1)
        assert is_cut(link)


@pytest.mark.parametrize("tls_off", ["true", "false"])
def test_a_message_that_stalls_ends_its_link_and_no_other(tmp_path: Path, tls_off: str) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=tls_off, limits=HASTY) as server:
        link = server.greeted()
        link.stream.begin_frame()
        link.stream.write(struct.pack("!LB", 5000, 0) + b"half of it")
        assert still_serves(server)
        assert is_cut(link)


def test_another_version_is_told_so_and_gets_no_further(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        link = server.link()
        told = rf"speaks version 99 of the protocol \(pyjm 9\), this is version {PROTOCOL} "
        with pytest.raises(Refused, match=told) as caught:
            link.call("hello", 99, pack({"product": "pyjm 9"}))
        assert caught.value.code == "version"
        with pytest.raises(Refused, match="hello comes first"):
            link.call("acquire")
        link.close()


def test_closing_a_server_cuts_its_links_and_frees_its_port(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        link = server.greeted()
    assert is_cut(link)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 5)
