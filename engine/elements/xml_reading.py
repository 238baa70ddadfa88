"""The parser of XML as Java's reads it by default: entities and attributes of the text's own DTD, nothing from outside.

lxml is loaded when a plan first needs it: workers without such elements do without.
"""

from __future__ import annotations

from typing import Any

READING: dict[str, Any] = {"resolve_entities": "internal", "no_network": True, "load_dtd": False, "encoding": "utf-8"}
"""How text is read: its own entities are replaced, nothing else is fetched."""

LISTING: dict[str, Any] = {"attribute_defaults": True, "collect_ids": False}
"""How text is read that lists attributes: they have their defaults, and an ID may be there twice."""

OUTSIDE = ("SYSTEM", "PUBLIC")
"""Words of a text that may name what lies outside of it."""


def reader_of(body: str, **more: Any) -> Any:
    """Make a parser for a text.

    Where that may name another file, it is read without its lists of attributes: libxml2 would read that file for them.
    """
    from lxml import etree

    lists = "<!ATTLIST" in body and not any(word in body for word in OUTSIDE)
    return etree.XMLParser(**READING, **(LISTING if lists else {}), **more)
