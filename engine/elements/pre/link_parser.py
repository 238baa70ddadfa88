"""HTML Link Parser: lets a request follow a link, or fill a form, of the previous page. Mirrors AnchorModifier."""

from __future__ import annotations

import logging
from random import choice
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PreProcessor
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.regex import RegexError, is_java
from pyjm.engine.elements.samplers.http_arguments import Argument
from pyjm.engine.elements.samplers.http_changes import CHANGING, Changes
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import HttpSampleResult

from .page_links import Link, Wanted, links_of, same

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.pre")


@element("AnchorModifier")
class LinkParser(PreProcessor):
    """Takes the request for a pattern, and puts any one of the links that fit it in its place."""

    def prepare(self, node: Node, build: Build) -> None:
        build.kept[CHANGING] = True
        build.reads_previous = True
        self.java = is_java(build.properties)

    def before(self, user: User) -> None:
        sampler = user.step.sampler if user.step is not None else None
        page = user.previous
        if not isinstance(sampler, HttpRequest) or not isinstance(page, HttpSampleResult):
            log.info("Can't apply HTML Link Parser when the previous sampler run is not an HTTP Request.")
            return
        changes = sampler.changes(user)
        wanted = Wanted(changes.protocol, changes.domain, changes.path, changes.read_names(), self.java)
        links = [link for link in links_of(page.text, page.url) if wanted.fits(link)]
        if links:
            self.follow(changes, choice(links))

    def follow(self, changes: Changes, link: Link) -> None:
        """Put a link in the place of the request; of a form, only the values of arguments that the request has."""
        changes.domain = link.url.host
        changes.path = link.url.path
        if link.is_form:
            pairs = changes.read_arguments()
            left = list(link.arguments)
            for at, (name, value) in enumerate(pairs):
                found = [each for each in left if self.fits(each, name, value)]
                if found:
                    taken = choice(found)
                    left.remove(taken)
                    new_name, new_value = taken.name.constant or "", taken.value.constant
                    changes.arguments[at] = changes.arguments[at].holding(new_name, new_value)
        else:
            changes.arguments = list(link.arguments)
        changes.protocol = link.url.protocol

    def fits(self, argument: Argument, name: str, value: str) -> bool:
        """Tell whether a form's argument is what an argument of the request, as a pattern, means."""
        try:
            own = argument.name.constant or "", argument.value.constant or ""
            return same(own[0], name, self.java) and same(own[1], value, self.java)
        except RegexError as error:
            log.error("Problem adding Argument: %s", error)
            return False
