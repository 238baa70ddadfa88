"""URLs as Java reads them, and what of them stands in JMeter's request line."""

from __future__ import annotations

import pytest

from pyjm.engine.http import errors
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.uri import check_uri, request_target, sane_url, server_of
from pyjm.engine.http.url import parse_url

BASE = "http://127.0.0.1:34465"

TARGETS = [
    ("", "/"),
    ("/a//b", "/a/b"),
    ("//a", "/a"),
    ("/a//", "/a/"),
    ("/a//b%7Ec?x=//", "/a/b~c?x=//"),
    ("/a%2Fb//c", "/a%2Fb/c"),
    ("/a;b//c=d,e", "/a;b/c=d,e"),
    ("/ä//x", "/%EF%BF%BD/x"),
    ("/%7e/%c3/%41", "/%7e/%c3/%41"),
    ("/a/./b/../c", "/a/./b/../c"),
    ("/a//b:c@d!$&'()*+,;=~", "/a/b:c@d!$&'()*+,;=~"),
    ("/x?a=ä&b=%20", "/x?a=%C3%A4&b=%20"),
    ("/x?a=[1]", "/x?a=[1]"),
    ("/x?a=b#c", "/x?a=b"),
    ("/a//%2f%c3%a4+b", "/a/%2F%C3%A4+b"),
    ("///", "/"),
    ("/a///b/", "/a/b/"),
    ("?x=y", "/?x=y"),
    ("/x?", "/x?"),
    ("/x?a=b?c=d", "/x?a=b?c=d"),
    ("/a%20b//c", "/a%20b/c"),
    ("/a//b//?c", "/a/b/?c"),
    ("/€", "/%E2%82%AC"),
]


@pytest.mark.parametrize(("written", "target"), TARGETS)
def test_the_request_line_is_jmeters(written: str, target: str) -> None:
    url = parse_url(BASE + written)
    check_uri(url)
    assert request_target(url) == target


NO_URIS = [
    ("/a{b}", "Illegal character in path at index 24: "),
    ("/a|b?c=d|e", "Illegal character in path at index 24: "),
    ("/a%zz", "Malformed escape pair at index 24: "),
    ("/%", "Malformed escape pair at index 23: "),
    ("/x?a={1}", "Illegal character in query at index 27: "),
    ("/x?a=%", "Malformed escape pair at index 27: "),
    ("/a\tb", "Illegal character in path at index 24: "),
]


@pytest.mark.parametrize(("written", "text"), NO_URIS)
def test_what_is_no_uri_is_refused_at_its_place(written: str, text: str) -> None:
    with pytest.raises(WireError) as caught:
        check_uri(parse_url(BASE + written))
    assert (caught.value.kind, caught.value.text) == (errors.URI_SYNTAX, text + BASE + written)


def test_a_host_with_a_blank_is_refused() -> None:
    with pytest.raises(WireError) as caught:
        check_uri(parse_url("http://a b:35163/a"))
    assert caught.value.text == "Illegal character in authority at index 7: http://a b:35163/a"
    with pytest.raises(WireError):
        server_of(parse_url("http://:80/"))


def test_what_is_no_uri_is_made_one_by_escaping_once_more() -> None:
    assert sane_url(parse_url("http://h/a|b%zz?c={d}#<e>")).text == "http://h/a%7Cb%25zz?c=%7Bd%7D#%3Ce%3E"
    assert sane_url(parse_url("http://h/a%20b")).text == "http://h/a%20b"


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("foo://x", "unknown protocol: foo"),
        ("x/y", "no protocol: x/y"),
        ("http://h:1x/", 'Error at index 1 in: "1x"'),
        ("http://h:-5/", "Invalid port number :-5"),
        ("http://[::1/", "Invalid authority field: [::1"),
    ],
)
def test_what_is_no_url_is_malformed_in_javas_words(spec: str, text: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_url(spec)
    assert (caught.value.kind, caught.value.text) == (errors.MALFORMED_URL, text)


def test_a_url_falls_into_its_parts() -> None:
    url = parse_url(" HTTP://u:p@Host:8080/a/b?c=d#e ")
    assert url == ("http", "u:p@Host:8080", "u:p", "Host", 8080, "/a/b", "c=d", "e")
    assert url.text == "http://u:p@Host:8080/a/b?c=d#e"
    assert parse_url("https://h").default_port == 443
    assert parse_url("http://h").port == -1
    assert server_of(parse_url("http://[::1]:8/")) == ("[::1]", 8)
