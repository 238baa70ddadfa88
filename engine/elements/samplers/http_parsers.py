"""Which bodies are looked at for further files, by JMeter's properties HTTPResponse.parsers and those that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.http.resources import Parser, of_page, of_style_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED = {
    "HTTPResponse.parsers": "htmlParser wmlParser cssParser",
    "htmlParser.className": "org.apache.jmeter.protocol.http.parser.LagartoBasedHtmlParser",
    "htmlParser.types": "text/html application/xhtml+xml application/xml text/xml",
    "wmlParser.className": "org.apache.jmeter.protocol.http.parser.RegexpHTMLParser",
    "wmlParser.types": "text/vnd.wap.wml",
    "cssParser.className": "org.apache.jmeter.protocol.http.parser.CssParser",
    "cssParser.types": "text/css",
}
"""The properties as JMeter's own jmeter.properties has them."""


def parsers_of(properties: Mapping[str, str]) -> dict[str, Parser]:
    """Give what finds the files in a body of a type; all of JMeter's parsers of pages read as Lagarto's does."""
    own = {key: text for key, text in properties.items() if key.endswith((".parsers", ".className", ".types"))}
    told = {**SHIPPED, **own}
    found: dict[str, Parser] = {}
    for name in told["HTTPResponse.parsers"].split():
        parser = of_style_sheet if told.get(f"{name}.className", "").strip().endswith(".CssParser") else of_page
        if f"{name}.className" in told:
            found.update(dict.fromkeys(told.get(f"{name}.types", "").split(), parser))
    return found
