"""URLs are made, shown, refused and asked for as JMeter does."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.samplers.http_target import RefusedUrl, Targets, port_of, target_of_text
from pyjm.engine.http.errors import WireError


@pytest.mark.parametrize(
    ("file", "line", "text"),
    [
        ("/a", "/a", None),
        ("/", "/", None),
        ("/a?b=c&d", "/a?b=c&d", None),
        ("/ä€", "/%C3%A4%E2%82%AC", None),
        ("//double", "/double", None),
        ("/a/../b", "/a/../b", None),
        ("/f#frag", "/f", None),
        ("/x?a=b?c", "/x?a=b?c", None),
        ("/q?a[1]=2", "/q?a[1]=2", None),
        ("/%7e//%7e", "/~/~", None),
        ("/?a=//b", "/?a=//b", None),
    ],
)
def test_what_is_asked_for_and_what_is_shown(file: str, line: str, text: str | None) -> None:
    target = Targets("http", "host", 8080).of(file)
    assert (target.line, target.text) == (line, text or f"http://host:8080{file}")
    assert (target.host_field, target.origin.authority, target.odd) == ("host:8080", "host:8080", "")
    assert target.url.text == target.text


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("/pi|pe", "Illegal character in path at index 19: "),
        ("/q?<", "Illegal character in query at index 19: "),
        ("/p%", "Malformed escape pair at index 18: "),
        ("/a[1]", "Illegal character in path at index 18: "),
        ("/${v}", "Illegal character in path at index 18: "),
    ],
)
def test_an_illegal_character_is_named_with_its_place(file: str, why: str) -> None:
    with pytest.raises(RefusedUrl) as raised:
        Targets("http", "host", 8080).of(file)
    assert raised.value.text == f"{why}http://host:8080{file}"
    assert raised.value.url == f"http://host:8080{file}"


@pytest.mark.parametrize(
    ("protocol", "host", "port", "why"),
    [
        ("foo", "h", -1, "unknown protocol: foo"),
        ("http", "h/x", -1, "Illegal character found in host: '/'"),
        ("http", "h", -5, "Invalid port number :-5"),
        ("http", "", 80, "URI does not specify a valid host name: http://:80/a"),
        ("http", "h:80", -1, "Malformed IPv6 address at index 8: http://[h:80]/a"),
    ],
)
def test_a_server_that_is_none_fails_in_javas_words(protocol: str, host: str, port: int, why: str) -> None:
    with pytest.raises(WireError) as raised:
        Targets(protocol, host, port).of("/a")
    assert raised.value.text == why


@pytest.mark.parametrize(
    ("protocol", "text", "port"),
    [
        ("http", "80", -1),
        ("HTTP", "80", -1),
        ("https", "80", 80),
        ("https", "443", -1),
        ("http", "8080 ", 8080),
        ("http", "", -1),
        ("http", "x", -1),
        ("http", "0", -1),
        ("http", "-5", -5),
    ],
)
def test_the_default_port_is_left_out_of_a_url_made_of_parts(protocol: str, text: str, port: int) -> None:
    assert port_of(protocol, text) == port


def test_a_whole_url_keeps_its_port_and_its_own_connections() -> None:
    plain, spelled, user = [target_of_text(f"http://{at}/x") for at in ("h", "h:80", "me:pw@h")]
    assert [each.host_field for each in (plain, spelled, user)] == ["h", "h:80", "h"]
    assert [each.odd for each in (plain, spelled, user)] == ["", "http://h:80", "http://me:pw@h"]
    assert target_of_text("http://[::1]:81/x").origin.host == "::1"
