"""XML Schema Assertion. Mirrors XMLSchemaAssertion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Assertion, text
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.xml_schema import SchemaError, read_schema, validate
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import AssertionResult

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("XMLSchemaAssertion")
class XmlSchemaAssertion(Assertion):
    """Fails a sample whose body does not fit a schema. A schema is read once in a process."""

    file = text("xmlschema_assertion_filename")

    def prepare(self, node: Node, build: Build) -> None:
        self.build = build
        self.schemas: dict[str, Any] = {}
        name = self.file.constant
        if name and not build.file(name).is_file():
            build.fault(node.path, f"there is no schema {name}; each sample will fail", fatal=False)

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        if not result.text:
            return AssertionResult(self.name, "Response was null")
        name = self.file.get(user)
        if not name:
            return AssertionResult(self.name, "FileName is required")
        try:
            validate(result.text, lambda: self.schema(name))
        except SchemaError as error:
            return AssertionResult(self.name, str(error), failure=False, error=True)
        return None

    def schema(self, name: str) -> Any:
        """Give a schema by the name of its file; raises SchemaError."""
        if name not in self.schemas:
            self.schemas[name] = read_schema(self.build.file(name), name)
        return self.schemas[name]
