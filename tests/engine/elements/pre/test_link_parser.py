"""The links and forms of a page, and which of them fits a request that stands for a pattern."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.pre.page_links import Wanted, links_of

PAGE = """
<a href="/one?x=1&amp;y=a%20b">1</a><a href="two/three.html">2</a><a href="javascript:x()">3</a><a name="n">4</a>
<form action="/do?f=1"><input name="a" value="v w"><select name="s"><option value="o"></select></form>
<frame src="\\frame">
"""

FRAMES = """
<frameset><frame src="\\frame"><noframes><body>
<a href="/one">1</a><form action="/do">x</form></body></noframes></frameset>
"""


def addresses(text: str) -> list[tuple[str, str]]:
    return [(link.url.text, link.query) for link in links_of(text, "http://host:81/dir/page")]


def test_links_come_before_forms_and_these_before_frames() -> None:
    assert addresses(PAGE) == [
        ("http://host:81/one?x=1&y=a%20b", "x=1&y=a b"),
        ("http://host:81/dir/two/three.html", ""),
        ("http://host:81/do?f=1", "f=1&a=v w&s=o"),
    ]
    assert addresses(FRAMES) == [("http://host:81/one", ""), ("http://host:81/do", ""), ("http://host:81/frame", "")]


def test_a_frame_in_a_body_and_a_form_without_anything_are_not_there() -> None:
    assert addresses('<a href="/a">x</a><form action="/b"></form><frame src="/c">') == [("http://host:81/a", "")]


def test_a_base_counts_for_links_and_not_for_forms() -> None:
    text = '<head><base href="http://b/c/"></head><body><a href="d">x</a><form action="e">x</form></body>'
    assert [address for address, _ in addresses(text)] == ["http://b/c/d", "http://host:81/dir/e"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (("http", "", "/one", []), 1),
        (("http", "host", "one", ["x"]), 1),
        (("h.*", "h.st", "/[a-z]+", []), 2),
        (("http", "", "/one", ["z"]), 0),
        (("https", "", "/one", []), 0),
        (("http", "other", "/one", []), 0),
        (("http", "", "/do", ["[sf]", "a"]), 1),
    ],
)
def test_protocol_host_path_and_names_are_texts_or_patterns(
    wanted: tuple[str, str, str, list[str]], found: int
) -> None:
    each = Wanted(*wanted, java=False)
    assert sum(each.fits(link) for link in links_of(PAGE, "http://host:81/dir/page")) == found
