"""Where redirects lead: every target below is what JMeter 5.5 asked for when a server sent it there."""

from __future__ import annotations

import pytest

from pyjm.engine.http import errors
from pyjm.engine.http.client_redirect import follow_automatically
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.redirect import follow
from pyjm.engine.http.uri import request_target, server_of
from pyjm.engine.http.url import parse_url

FROM = parse_url("http://127.0.0.1:81/rd/0")

LEADS_TO = [
    ("rel", "/rd/rel"),
    ("./rel?x=y", "/rd/rel?x=y"),
    ("../up", "/up"),
    ("../../../up2", "/up2"),
    ("/a/../b/./c", "/b/./c"),
    ("//127.0.0.1:81/ss", "/ss"),
    ("http://127.0.0.1:81/abs#frag", "/abs"),
    ("?q=only", "/rd/?q=only"),
    ("#fragonly", "/rd/0"),
    ("", "/rd/0"),
    ("/sp ace?x=a b", "/sp%20ace?x=a%20b"),
    ('/q"uote<>', "/q%22uote%3C%3E"),
    ("/pipe|x", "/pipe%7Cx"),
    ("/umlä", "/uml%C3%A4"),
    ("/pct%zz", "/pct%25zz"),
    ("http://127.0.0.1:81", "/"),
    ("http:/ok", "/ok"),
    ("http:ok", "/rd/ok"),
    ("/tab\tx", "/tab%09x"),
    ("  /lead  ", "/lead"),
    ("/..", "/.."),
    ("/../x", "/../x"),
    ("HTTP://127.0.0.1:81/Upper", "/Upper"),
    ("/ok;p=1?a=b&c=d#f", "/ok;p=1?a=b&c=d"),
    ("/a//b/../c", "/a/c"),
    ("/a/b/..", "/a"),
    ("\\\\x\\y", "/rd/%5C%5Cx%5Cy"),
    ("http://u:p@127.0.0.1:81/auth", "/auth"),
    ("http://127.0.0.1:81?x=1", "/?x=1"),
    ("http://127.0.0.1:81#f", "/"),
    ("?", "/rd/?"),
    ("/x y#a b", "/x%20y"),
    ("/%C3%A4/ö", "/%C3%A4/%C3%B6"),
    ("../a b/../c", "/c"),
    ("http://127.0.0.1:81/a/../../b", "/../b"),
    ("/a?b#c?d/../e", "/a?b"),
    ("a/./b/.", "/rd/a/b/"),
    ("..", "/"),
    (".", "/rd/"),
]


@pytest.mark.parametrize(("location", "target"), LEADS_TO)
def test_a_location_leads_where_it_leads_jmeter(location: str, target: str) -> None:
    followed = follow(302, "GET", location, FROM)
    assert followed is not None
    method, url = followed
    assert (method, request_target(url), *server_of(url)) == ("GET", target, "127.0.0.1", 81)


NO_HOST = "URI does not specify a valid host name: "
LEADS_NOWHERE = [
    ("foo://x/y", errors.MALFORMED_URL, "unknown protocol: foo"),
    ("rel:x", errors.MALFORMED_URL, "unknown protocol: rel"),
    ("javascript:alert(1)", errors.MALFORMED_URL, "unknown protocol: javascript"),
    ("http://[bad", errors.MALFORMED_URL, "Invalid authority field: [bad"),
    ("http://127.0.0.1:xx/", errors.MALFORMED_URL, 'Error at index 0 in: "xx"'),
    ("mailto:x@y", errors.PROTOCOL, NO_HOST + "mailto:x@y"),
    ("http://", errors.PROTOCOL, NO_HOST + "http:/rd/0"),
    ("//", errors.PROTOCOL, NO_HOST + "http:/rd/0"),
    ("///x", errors.PROTOCOL, NO_HOST + "http:/x"),
    ("http:///nohost", errors.PROTOCOL, NO_HOST + "http:/nohost"),
    ("http://a b/c", errors.PROTOCOL, NO_HOST + "http://a%20b/c"),
    ("/x?u=http://a/../b", errors.INDEX, "begin 13, end 2, length 18"),
]


@pytest.mark.parametrize(("location", "kind", "text"), LEADS_NOWHERE)
def test_a_location_that_leads_nowhere_fails_in_jmeters_words(location: str, kind: str, text: str) -> None:
    with pytest.raises(WireError) as caught:
        followed = follow(302, "GET", location, FROM)
        assert followed is not None
        server_of(followed[1])
    assert (caught.value.kind, caught.value.text) == (kind, text)


def test_a_redirect_without_location_is_a_failed_sample() -> None:
    with pytest.raises(WireError) as caught:
        follow(302, "GET", None, FROM)
    assert caught.value.text == "Missing location header in redirect for GET http://127.0.0.1:81/rd/0 HTTP/1.1"
    assert follow(200, "GET", None, FROM) is None


@pytest.mark.parametrize("status", [301, 302, 303, 308])
def test_every_method_but_head_becomes_get(status: int) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert follow(status, method, "/x", FROM) == ("GET", parse_url("http://127.0.0.1:81/x"))
    assert follow(status, "HEAD", "/x", FROM) == ("HEAD", parse_url("http://127.0.0.1:81/x"))


def test_307_is_followed_for_get_and_head_only_and_300_304_305_306_never() -> None:
    assert [method for method in ("GET", "HEAD", "POST", "PUT", "DELETE") if follow(307, method, "/x", FROM)] == [
        "GET",
        "HEAD",
    ]
    assert [status for status in (300, 304, 305, 306) if follow(status, "GET", "/x", FROM)] == []


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        (302, "GET", "GET"),
        (302, "POST", "GET"),
        (302, "DELETE", "GET"),
        (302, "HEAD", "HEAD"),
        (302, "PUT", None),
        (307, "POST", "POST"),
        (308, "DELETE", "DELETE"),
        (308, "PUT", None),
        (200, "GET", None),
    ],
)
def test_automatic_following_keeps_method_after_307_and_308(status: int, method: str, becomes: str | None) -> None:
    followed = follow_automatically(status, "Found", method, "/x", FROM)
    assert (followed and followed[0]) == becomes
