"""XML Schemas: what does not fit one, in the words of Java's validator for what is found most often."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .markup import MarkupError, strict
from .xml_faults import fault_in, position, tag_places

UNREADABLE = (
    "schema_reference.4: Failed to read schema document '{}', because 1) could not find the document; "
    "2) the document could not be read; 3) the root element of the document is not <xsd:schema>."
)
ATTRIBUTE = re.compile(r"attribute '(?:\{[^}]*\})?([^']*)'")
EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*) \)")
VALUE = re.compile(r"'(.*)' is not a valid value of the (?:(?:local )?atomic type)(?: 'xs:(\w+)')?", re.S)
WHOLE = re.compile(r"(?:non(?:Positive|Negative)|positive|negative)Integer|(?:unsigned)?(?:Long|Int|Short|Byte)", re.I)


class SchemaError(ValueError):
    """A document that does not fit, or that is none; the message begins with `error: ` or `fatal: `."""


def read_schema(path: Path, name: str) -> Any:
    """Read a schema; raises SchemaError."""
    from lxml import etree

    try:
        data = path.read_bytes()
        return etree.XMLSchema(etree.fromstring(data, base_url=str(path)))
    except OSError:
        raise SchemaError(UNREADABLE.format(name)) from None
    except etree.XMLSyntaxError as error:
        raise fatal(fault_in(data.decode("utf-8", "replace")) or MarkupError(error.msg or "")) from None
    except etree.XMLSchemaParseError as error:
        raise SchemaError(str(error)) from None


def fatal(error: MarkupError) -> SchemaError:
    """Say that a text is no XML."""
    where = f"line={error.line} col={error.column} " if error.line else ""
    return SchemaError(f"fatal: {where}{error}")


def validate(body: str, schema: Callable[[], Any]) -> None:
    """Hold a body against a schema; raises SchemaError for the first that does not fit."""
    try:
        root = strict(body)
    except MarkupError as error:
        raise fatal(error) from None
    try:
        validator = schema()
    except SchemaError as error:
        if str(error).startswith("fatal"):
            raise
        line, column = position(body, tag_places(body)[0][0])
        raise SchemaError(f"error: line={line} col={column} {error}") from None
    if not validator.validate(root):
        first = validator.error_log[0]
        node = root.getroottree().xpath(first.path, namespaces={k: v for k, v in root.nsmap.items() if k})[0]
        said, at_end = words(first, node)
        index = list(root.iter("*")).index(node)
        line, column = position(body, tag_places(body)[index][at_end])
        raise SchemaError(f"error: line={line} col={column} {said}")


def words(error: Any, node: Any) -> tuple[str, bool]:
    """Say what is wrong with a node, and whether it shows at its end tag only."""
    name = f"{node.prefix}:{node.tag.rpartition('}')[2]}" if node.prefix else node.tag.rpartition("}")[2]
    kind, said = error.type_name.removeprefix("SCHEMAV_"), error.message.partition(": ")[2]
    attribute, expected = ATTRIBUTE.search(error.message), EXPECTED.search(said)
    if kind == "CVC_ELT_1":
        return f"cvc-elt.1.a: Cannot find the declaration of element '{name}'.", False
    if kind == "ELEMENT_CONTENT":
        wanted = f"One of '{{{expected[1]}}}' is expected." if expected else ""
        if said.startswith("Missing"):
            return f"cvc-complex-type.2.4.b: The content of element '{name}' is not complete. {wanted}", True
        rule = "a" if expected else "d"
        wanted = wanted or "No child element is expected at this point."
        begin = f"cvc-complex-type.2.4.{rule}: Invalid content was found starting with element '{name}'."
        return f"{begin} {wanted}", False
    if kind == "CVC_COMPLEX_TYPE_3_2_1" and attribute:
        said = f"Attribute '{attribute[1]}' is not allowed to appear in element '{name}'."
        return f"cvc-complex-type.3.2.2: {said}", False
    if kind == "CVC_COMPLEX_TYPE_4" and attribute:
        return f"cvc-complex-type.4: Attribute '{attribute[1]}' must appear on element '{name}'.", False
    if kind == "CVC_COMPLEX_TYPE_2_3":
        begin = f"cvc-complex-type.2.3: Element '{name}' cannot have character [children]"
        return f"{begin}, because the type's content type is element-only.", True
    if kind == "CVC_DATATYPE_VALID_1_2_1" and (value := VALUE.search(said)) and value[2]:
        type_name = "integer" if WHOLE.fullmatch(value[2]) else value[2]
        return f"cvc-datatype-valid.1.2.1: '{value[1]}' is not a valid value for '{type_name}'.", not attribute
    return said, not attribute
