"""Links that one thread serves: each call gets its answer, and a peer that is slow or bad holds up nobody else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from time import perf_counter_ns

import pytest
from rpyc.core import brine, consts
from wired.rig import eventually

from pyjm.client.board import Alarm, Board, opened
from pyjm.client.line import Line
from pyjm.server.wire.contract import Limits, Refused
from pyjm.server.wire.link import Link
from pyjm.server.wire.stream import Frames, Stream
from pyjm.server.wire.trouble import LinkDown, Trouble

LIMITS = Limits(frame_s=0.3, bytes_per_s=1 << 20, max_message=1 << 22)


@pytest.fixture
def board() -> Iterator[Board]:
    board = Board()
    board.enter()
    yield board
    board.leave()


class Peer:
    """The other side of a line: takes calls and answers with what bytes it likes."""

    def __init__(self, board: Board) -> None:
        with socket.create_server(("127.0.0.1", 0)) as port:
            here = socket.create_connection(port.getsockname())
            self.socket, _ = port.accept()
        self.socket.settimeout(5)
        self.link = Link(Stream(here, None, LIMITS, server_side=False))
        self.line = Line(self.link, board)
        self.board = board

    def call(self, timeout_s: float = 5.0) -> Future[object]:
        return self.board.begin(self.line.call("renew", timeout_s=timeout_s))

    def hears(self) -> int:
        """Take one call; gives its number."""
        header = self.socket.recv(Frames.FRAME_HEADER.size, socket.MSG_WAITALL)
        size, _ = Frames.FRAME_HEADER.unpack(header)
        frame = self.socket.recv(size + 1, socket.MSG_WAITALL)
        number, _ = brine.load(frame[1:-1])
        return int(number)

    def answer(self, number: int, *values: object) -> bytes:
        body = brine.I1.pack(consts.MSG_REPLY) + brine.dump((number, (consts.LABEL_VALUE, values)))
        return Frames.FRAME_HEADER.pack(len(body), 0) + body + Frames.FLUSHER

    def ends(self) -> None:
        self.socket.close()
        self.board.run(self.line.end())


@pytest.fixture
def peer(board: Board) -> Iterator[Peer]:
    peer = Peer(board)
    yield peer
    peer.ends()


def trouble_of(call: Future[object]) -> Trouble:
    with pytest.raises(LinkDown) as caught:
        call.result(5)
    return caught.value.trouble


def test_an_answer_may_come_byte_by_byte(peer: Peer) -> None:
    call = peer.call()
    for byte in peer.answer(peer.hears(), True, b"whole"):
        peer.socket.send(bytes([byte]))
    assert call.result(5) == b"whole"


def test_large_answers_come_whole(peer: Peer) -> None:
    data = bytes(range(256)) * (1 << 13)
    for _ in range(2):
        call = peer.call()
        peer.socket.sendall(peer.answer(peer.hears(), True, data))
        assert call.result(5) == data


def test_calls_go_out_one_after_another(peer: Peer) -> None:
    calls = [peer.call() for _ in range(3)]
    for number in range(3):
        peer.socket.sendall(peer.answer(peer.hears(), True, number))
    assert [call.result(5) for call in calls] == [0, 1, 2]


def test_a_refusal_is_raised_and_the_line_goes_on(peer: Peer) -> None:
    call = peer.call()
    peer.socket.sendall(peer.answer(peer.hears(), False, "state", "not now"))
    with pytest.raises(Refused, match="not now"):
        call.result(5)
    call = peer.call()
    peer.socket.sendall(peer.answer(peer.hears(), True, 1))
    assert call.result(5) == 1


def test_an_answer_that_nobody_waits_for_is_passed_over(peer: Peer) -> None:
    call = peer.call()
    number = peer.hears()
    peer.socket.sendall(peer.answer(number + 100, True, "stray") + peer.answer(number, True, "due"))
    assert call.result(5) == "due"


@pytest.mark.parametrize(
    ("sent", "trouble"),
    [
        (b"", Trouble.NO_ANSWER),
        (b"\0", Trouble.STALLED),
        (Frames.FRAME_HEADER.pack(100, 0) + b"half", Trouble.STALLED),
        (Frames.FRAME_HEADER.pack(1 << 23, 0), Trouble.OVERSIZED),
        (Frames.FRAME_HEADER.pack(10, 1), Trouble.MALFORMED),
        (Frames.FRAME_HEADER.pack(3, 0) + b"abc\n", Trouble.MALFORMED),
    ],
)
def test_what_is_no_answer_ends_the_line(peer: Peer, sent: bytes, trouble: Trouble) -> None:
    call = peer.call(0.2)
    peer.hears()
    peer.socket.sendall(sent)
    assert trouble_of(call) is trouble
    assert trouble_of(peer.call()) is trouble
    assert peer.link.closed


def test_a_frame_that_has_begun_has_its_own_deadline(peer: Peer) -> None:
    call = peer.call(0.1)
    answer = peer.answer(peer.hears(), True, b"late")
    peer.socket.sendall(answer[:3])
    threading.Event().wait(0.2)
    peer.socket.sendall(answer[3:])
    assert call.result(5) == b"late"


def test_a_peer_that_goes_is_noticed(peer: Peer) -> None:
    call = peer.call()
    peer.hears()
    peer.socket.close()
    assert trouble_of(call) in (Trouble.CLOSED, Trouble.RESET)


def test_who_is_cut_off_hears_of_it(peer: Peer) -> None:
    call = peer.call()
    peer.hears()
    peer.line.abort()
    assert trouble_of(call) is Trouble.CLOSED


def test_a_peer_that_says_nothing_holds_up_no_other(board: Board) -> None:
    silent, quick = Peer(board), Peer(board)
    waiting = silent.call(5)
    silent.hears()
    silent.socket.sendall(b"\0")
    began_ns = perf_counter_ns()
    for number in range(20):
        call = quick.call()
        quick.socket.sendall(quick.answer(quick.hears(), True, number))
        assert call.result(5) == number
    assert perf_counter_ns() - began_ns < 4e9
    assert not waiting.done()
    silent.ends()
    assert trouble_of(waiting) is Trouble.CLOSED
    quick.ends()


def test_all_links_are_served_by_one_thread_which_ends_with_the_last(board: Board) -> None:
    before = threading.active_count()
    peers = [Peer(board) for _ in range(30)]
    calls = [peer.call() for peer in peers]
    for number, peer in enumerate(peers):
        peer.socket.sendall(peer.answer(peer.hears(), True, number))
    assert [call.result(5) for call in calls] == list(range(30))
    assert threading.active_count() == before
    for peer in peers:
        peer.ends()
    another = Board()
    another.enter()
    another.enter()
    another.leave()
    assert threading.active_count() == before + 1
    another.leave()
    assert threading.active_count() == before


def opening(peer: Peer, gate: threading.Event) -> Callable[[], Link]:
    def wait() -> Link:
        gate.wait(5)
        return peer.link

    return wait


def test_a_link_that_is_opened_when_nobody_waits_any_more_is_closed(board: Board) -> None:
    peer, gate = Peer(board), threading.Event()
    coming = board.begin(opened(opening(peer, gate)))
    coming.cancel()
    gate.set()
    assert eventually(lambda: peer.link.closed)
    peer.ends()


def test_what_opening_raises_comes_to_who_waits(board: Board) -> None:
    def fail() -> Link:
        raise ConnectionRefusedError("no")

    with pytest.raises(ConnectionRefusedError):
        board.run(opened(fail))


def test_who_rests_is_woken(board: Board) -> None:
    alarm = Alarm()
    assert not board.run(alarm.within(0.01))
    resting = board.begin(alarm.within(30))
    assert eventually(lambda: bool(alarm._resting))
    board.soon(alarm.wake)
    assert resting.result(5)
    board.soon(alarm.ring)
    assert board.run(alarm.within(30))
