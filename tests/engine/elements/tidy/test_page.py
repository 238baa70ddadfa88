"""Pages as JTidy reads them, where the golden plans do not reach."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.markup import TidyError, tidied
from pyjm.engine.elements.tidy.node import Broken, Node
from pyjm.engine.elements.tidy.page import read_page
from pyjm.engine.elements.tidy.tree import tree_of
from pyjm.engine.elements.xpath1 import evaluate, in_page, texts

HEAD = b"<!DOCTYPE html><html><head><title>t</title></head><body>"


def written(data: bytes) -> str:
    """Write the body of a page, with the names of its elements alone."""
    document = read_page(data).document
    html = document.child("html") if document is not None else None
    body = html.child("body") if html is not None else None
    assert body is not None
    return "".join(map(_written, body.children))


def _written(node: Node) -> str:
    if not node.is_start:
        return node.text
    return f"<{node.element}>{''.join(map(_written, node.children))}</>"


@pytest.mark.parametrize(
    ("page", "body"),
    [
        (b"<p>a<p>b", "<p>a</><p>b</>"),
        (b"<b>a<p>b</b>c", "<b>a</><p><b>b</>c</>"),
        (b"<ul>a<li>b</ul>", "<ul><li>a</><li>b</></>"),
        (b"<nav>a</nav>b", "ab"),
        (b"<table>a<tr><td>b</table>", "a<table><tr><td>b</></></>"),
        (b"<i>a</i><b> b </b>c", "<i>a</> <b>b</> c"),
        (b"<p></p>a", "a"),
        (b"<pre>\na\tb\n</pre>", "<pre>a       b\n</>"),
        (b"&copy; &bogus; & &#65;", "© &bogus; & A"),
        (b"<a href=x>a<a href=y>b</a>", "<a>a</><a>b</>"),
    ],
)
def test_broken_pages_are_mended_as_jtidy_mends_them(page: bytes, body: str) -> None:
    assert written(HEAD + page) == body


@pytest.mark.parametrize("tag", [b"div", b"font", b"blockquote"])
def test_a_page_may_be_as_deep_as_it_likes(tag: bytes) -> None:
    page = read_page(HEAD + b"<%s>" % tag * 3000 + b"x")
    assert page.document is not None
    assert tree_of(page.document) is not None


def test_nothing_is_an_empty_page() -> None:
    page = read_page(b"", speaks=True)
    assert (page.errors, page.warnings) == (0, 1)
    assert page.report.startswith("line 1 column 1 - Warning: inserting missing 'title' element\n")


def test_a_row_of_errors_is_said_six_times() -> None:
    page = read_page(HEAD + b"<foo>" * 9, speaks=True)
    assert page.errors == 9
    assert page.report.count("is not recognized!") == 6


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"<object> x<td> x<head> x<noframes> x<tr></body><dt>", 'because "node" is null'),
        (b"<ul><i><tr><noframes> x</object></b></li><pre><frame>", "for ever"),
        (b"</i><b> x<dl><noframes></tr><option>", "for ever"),
    ],
)
def test_a_page_that_breaks_jtidy_is_given_up(page: bytes, said: str) -> None:
    with pytest.raises(Broken, match=said):
        read_page(page)


def test_a_tree_that_comes_out_broken_is_none() -> None:
    page = read_page(b"<i></ul><dl> x<noframes>", speaks=True)
    assert (page.document, page.errors, page.warnings) == (None, 0, 0)
    assert page.report.endswith("Panic - tree has lost its integrity\n")


def test_errors_count_only_if_tidy_is_not_quiet() -> None:
    page = HEAD + b"<foo>x"
    assert tidied(page, quiet=True, report_errors=True).root.tag == "html"
    with pytest.raises(TidyError, match="tidy: 1 errors, 1 warnings"):
        tidied(page, quiet=False, report_errors=True)


def test_the_value_of_a_text_is_its_first_piece_but_all_of_it_is_looked_at() -> None:
    tree = tidied(HEAD + b"<p>a</foo>b", quiet=True, report_errors=False)
    for expression, found in (("//p", ["a"]), ("//p/text()", ["a"]), ("string(//p)", ["ab"])):
        assert texts(evaluate(tree.root, expression), fragment=False, number=-1, tree=tree) == found


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("//text()", "/self::text()"),
        ("count(//comment())", "count(/self::comment())"),
        ("//p//text()", "//p//text()"),
        ("//text()[1]", "//text()[1]"),
    ],
)
def test_texts_are_not_found_from_the_root_on(written: str, asked: str) -> None:
    assert in_page(written) == asked
