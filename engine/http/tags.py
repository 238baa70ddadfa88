"""The tags of a page, as Jodd's Lagarto sees them: what is within scripts, styles and the like is no tag."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from html import unescape

Attributes = dict[str, str]

_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_ATTRIBUTE = re.compile(r"[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]*))?")
_END = re.compile(r"[\s/]*>")
_RAW = frozenset(("script", "style", "xmp", "noembed", "noframes", "noscript", "textarea", "title", "iframe"))
_CONDITION = re.compile(r"<!(?:--)?\[(if [^\]]*)\](?:--)?>(?:<!-->)?", re.IGNORECASE)
_CONDITION_END = re.compile(r"(?:<!--)?<!\[endif\](?:--)?>", re.IGNORECASE)
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "IE ": operator.eq,
    "!IE ": operator.ne,
    "lt IE ": operator.lt,
    "lte IE ": operator.le,
    "gt IE ": operator.gt,
    "gte IE ": operator.ge,
}


def tags(text: str, explorer: float | None = None) -> Iterator[tuple[str, Attributes]]:
    """Give name and attributes of each tag that is shown, both in small letters; of attributes the first counts.

    `explorer` is the version of the Internet Explorer that looks at the page: for one, comments may be conditions.
    """
    at = 0
    shown = [True]
    while (at := text.find("<", at)) >= 0:
        if explorer is not None and (found := _CONDITION.match(text, at)):
            shown.append(holds(found[1], explorer))
            at = found.end()
        elif explorer is not None and (found := _CONDITION_END.match(text, at)):
            if len(shown) > 1:
                shown.pop()
            at = found.end()
        elif text.startswith("<!--", at):
            end = text.find("-->", at + 4)
            if end < 0:
                return
            at = end + 3
        elif (named := _NAME.match(text, at + 1)) is not None:
            name = named[0].lower()
            attributes, at, closed = _attributes(text, named.end())
            if closed and shown[-1]:
                yield name, attributes
            if name in _RAW:
                ended = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, at)
                at = len(text) if ended is None else ended.start()
        elif text[at + 1 : at + 2] in ("!", "?", "/"):
            end = text.find(">", at)
            if end < 0:
                return
            at = end + 1
        else:
            at += 1


def _attributes(text: str, at: int) -> tuple[Attributes, int, bool]:
    """Read attributes; give them, where their tag ends, and whether it ends at all."""
    found: Attributes = {}
    while (end := _END.match(text, at)) is None:
        each = _ATTRIBUTE.match(text, at)
        if each is None:
            return found, len(text), False
        value = each[2] or ""
        if value[:1] in ('"', "'") and len(value) > 1:
            value = value[1:-1]
        found.setdefault(each[1].lower(), unescape(value))
        at = each.end()
    return found, end.end(), True


def holds(condition: str, explorer: float) -> bool:
    """Tell whether a conditional comment shows what is in it; one that names no version does not."""
    for part in re.sub(r"[()]", "", condition)[3:].split("&"):
        if not any(_one_holds(each.strip(), explorer) for each in part.split("|")):
            return False
    return True


def _one_holds(text: str, explorer: float) -> bool:
    for begin, compare in _COMPARED.items():
        if text.startswith(begin):
            try:
                return compare(explorer, float(text[len(begin) :]))
            except ValueError:
                return False
    return False
