"""HTML Assertion: what JTidy finds wrong with a page. Mirrors HTMLAssertion."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from pyjm.engine.compile.element import Assertion, flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.tidy.node import Broken
from pyjm.engine.vu.result import AssertionResult

if TYPE_CHECKING:
    from pyjm.engine.elements.tidy.page import Page
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.assertions")

HTML, XHTML, XML = range(3)
"""How a page is to be read; any other number is HTML."""


@element("HTMLAssertion")
class HtmlAssertion(Assertion):
    """Fails a sample whose body has more errors, or more warnings, than it may have.

    The doctype that JTidy would write makes no difference to what it counts.
    """

    errors_only = flag("html_assertion_errorsonly")
    errors_allowed = whole("html_assertion_error_threshold", bits=64)
    warnings_allowed = whole("html_assertion_warning_threshold", bits=64)
    format = whole("html_assertion_format", bits=64)
    file = text("html_assertion_filename")

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        if not result.body:
            return AssertionResult(self.name, "Response was null")
        kind = self.format.get(user)
        from pyjm.engine.elements.tidy.page import read_page  # loaded with the first page: most plans have none

        try:
            page = read_page(result.body, is_xhtml=kind == XHTML, is_xml=kind == XML, speaks=True)
        except Broken as error:
            log.warning("%s: a page can't be read: %s", self.path, error)
            return AssertionResult(self.name, str(error))
        self.write(self.file.get(user), page)
        errors, warnings = self.errors_allowed.get(user), self.warnings_allowed.get(user)
        if page.errors > errors or (not self.errors_only.get(user) and page.warnings > warnings):
            said = f"Tidy Parser errors: {page.errors:,} (allowed {errors:,})"
            return AssertionResult(self.name, f"{said} Tidy Parser warnings: {page.warnings:,} (allowed {warnings:,})")
        return None

    def write(self, name: str, page: Page) -> None:
        """Write what is wrong with the page to a file, in the place of what stood there."""
        if not name.strip():
            return
        try:
            Path(name).write_text(page.report, encoding="utf-8", errors="replace")
        except (OSError, ValueError) as error:
            log.warning("%s: %s can't be written: %s", self.path, name, error)
