"""Which failures are answered by sending a request once more: as HttpClient 4.5 decides it."""

from __future__ import annotations

import pytest

from pyjm.engine.http import errors
from pyjm.engine.http.errors import Unreached, WireError
from pyjm.engine.http.retries import Retries

NO_ANSWER = errors.no_response("host:80")
UNSENT = errors.idle_end(ConnectionResetError(), "host:80")
RESET = errors.lost(ConnectionResetError(), "host:80")


def in_body() -> WireError:
    error = errors.lost(ConnectionResetError(), "host:80")
    error.in_body = True
    return error


@pytest.mark.parametrize(
    ("error", "method", "sent_too", "again"),
    [
        (NO_ANSWER, "GET", False, True),
        (NO_ANSWER, "delete", False, True),
        (NO_ANSWER, "POST", False, False),
        (NO_ANSWER, "PATCH", False, False),
        (NO_ANSWER, "POST", True, True),
        (RESET, "HEAD", False, True),
        (RESET, "POST", False, False),
        (UNSENT, "POST", False, True),
        (in_body(), "GET", True, False),
        (errors.read_timeout(), "GET", True, False),
        (errors.malformed(), "GET", True, False),
        (Unreached(errors.REFUSED, "x"), "GET", True, False),
        (Unreached(errors.SOCKET, "x"), "GET", True, False),
    ],
)
def test_what_is_sent_again(error: WireError, method: str, sent_too: bool, again: bool) -> None:
    request = f"{method} / HTTP/1.1\r\n\r\n".encode()
    assert Retries(2, sent_too).again(error, request, 1) is again


def test_a_request_is_sent_again_so_often_and_no_oftener() -> None:
    assert [Retries(2, False).again(NO_ANSWER, b"GET / ", done) for done in (1, 2, 3)] == [True, True, False]
