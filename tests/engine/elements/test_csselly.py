"""Pages and selectors as Jodd 5.0.13 has them; the expected results are its own."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.css_scan import CssError
from pyjm.engine.elements.csselly import compile_csselly
from pyjm.engine.elements.lagarto_page import Node, lagarto_page

LISTS = "<ul><li>a<li class='x y'>b<li>c<ul><li>d</ul></ul><ol><li>e</ol>"


def shown(node: Node) -> str:
    """Write a tree: elements in brackets, with their attributes."""
    parts = []
    for child in node.children:
        if isinstance(child, Node):
            attributes = "".join(f" {name}={value}" for name, value in child.attributes.items())
            parts.append(f"<{child.name}{attributes}>{shown(child)}</>")
        elif child is not None:
            parts.append(child)
    return "".join(parts)


@pytest.mark.parametrize(
    ("page", "tree"),
    [
        ("<p>a<p>b", "<p>a</><p>b</>"),
        ("<p>x<div>y</div>z</p>", "<p>x</><div>y</>z"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "<table><tr><td>1</><td>2</></><tr><td>3</></></>"),
        ("<thead><tr><td>a<tfoot><tr><td>b", "<thead><tr><td>a</></><tfoot><tr><td>b</></></></>"),
        ("<div><b>a</div>c</b>", "<div><b>a</></>c"),
        ("<option>1<option>2", "<option>1<option>2</></>"),
        ("<p><h1/>x", "<p><h1></>x</>"),
        ("a<br></br>b", "a<br></>b"),
        (
            "<script>if(a<b)&amp;</script><title>&amp;<b></title><style>b",
            "<script>if(a<b)&amp;</><title>&<b></><style></>",
        ),
        ("<P CLASS=Q b c='d' e >x", "<p class=Q b=None c=d>x</>"),
        ("<p a=x/>&copy;<!-- c --> a < b <c", "<p a=x/>© a < b </>"),
    ],
)
def test_a_page_is_the_tree_that_is_written(page: str, tree: str) -> None:
    assert shown(lagarto_page(page)) == tree


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("li:even", ["a", "cd", "e"]),
        ("ul li:last", ["d"]),
        ("li:eq(-1)", ["e"]),
        ("ol li, ul > li.x", ["e", "b"]),
        ("> li", ["a", "b", "cd", "d", "e"]),
        ("ul + ol", ["e"]),
        ("ol:has(> li)", []),
        ("li:first:last", []),
        ("[class~='x y']", ["b"]),
        ("li[", ["a", "b", "cd", "d", "e"]),
        (":root", ["abcd", "e"]),
    ],
)
def test_a_selector_finds_what_jodd_finds(selector: str, texts: list[str]) -> None:
    assert [node.text() for node in compile_csselly(selector)(lagarto_page(LISTS))] == texts


@pytest.mark.parametrize("selector", ["", "p,", "p..x", "p:nosuch", "li:nth-child(x)", "p:not(.x, b)", "[a=]", "*p"])
def test_what_is_no_selector_is_said(selector: str) -> None:
    with pytest.raises(CssError):
        compile_csselly(selector)
