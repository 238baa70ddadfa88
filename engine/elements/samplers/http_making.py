"""Hot path: the requests of one HTTP Request, as bytes. Mirrors HTTPHC4Impl's setupRequest and handleMethod."""

from __future__ import annotations

import re
from random import choice, randint
from typing import TYPE_CHECKING, NamedTuple

from pyjm.engine.http.errors import ILLEGAL_ARGUMENT, PROTOCOL, WireError
from pyjm.engine.http.multipart import Field as FormField
from pyjm.engine.http.multipart import File as FormFile
from pyjm.engine.http.multipart import multipart_body, multipart_type
from pyjm.engine.http.request import start_line

from .http_arguments import URL_CHARSET, body_bytes, skipped
from .http_error_size import ILLEGAL_STATE, PARSE
from .http_escapes import canonical
from .http_fields import Field, closing, first, has, lines, with_first
from .http_files import ReadFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.vu.user import User

    from .http_arguments import Arguments, Pairs
    from .http_fields import Fields
    from .http_target import Target

_TOKEN = re.compile(r"[\dA-Za-z!#$%&'*+\-.^_`|~]+").fullmatch
_WITHOUT_ENTITY = frozenset(("HEAD", "OPTIONS", "TRACE"))
IN_QUERY = frozenset(("GET", "DELETE", "OPTIONS"))
_BOUNDARY = "-_1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
FORM_TYPE = "application/x-www-form-urlencoded"
HIDDEN = "<actual file content, not shown here>"


class Settings(NamedTuple):
    """What says how a request is made, evaluated. Times are in seconds, None for no limit."""

    method: str
    charset: str
    follow: bool
    auto: bool
    keep: bool
    multipart: bool
    browser_like: bool
    raw: bool
    connect_s: float | None
    response_s: float | None


class Entity(NamedTuple):
    """A request's body with the fields that come with it. `missing` is why its file can't be sent."""

    own: list[Field]
    content: list[Field]
    body: bytes
    shown: str
    missing: WireError | None = None


class Made(NamedTuple):
    """A request, ready to be sent, and what made it."""

    maker: Maker
    target: Target
    method: str
    request: bytes
    keep: bool
    entity: Entity | None
    cookie: str | None

    @property
    def entity_is_missing(self) -> bool:
        """Whether its file could not be read: JMeter notices with the head already sent."""
        return self.entity is not None and self.entity.missing is not None

    @property
    def head_text(self) -> str:
        """The fields as the sample's request headers show them: all but the cookies."""
        head = self.request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return "".join([line + "\n" for line in head if not line.lower().startswith("cookie:")])

    @property
    def sampler_data(self) -> str:
        """The request as JMeter describes it."""
        text = f"{self.method} {self.target.text}\n"
        if self.method not in _WITHOUT_ENTITY:
            text += f"\n{self.method} data:\n{self.entity.shown if self.entity else ''}\n"
        return text + (f"\nCookie Data:\n{self.cookie}\n" if self.cookie else "\n[no cookies]\n")


class Maker:
    """Makes the requests for one set of settings."""

    __slots__ = ("_after", "_before", "_connection", "_default_agent", "adds_type", "fields", "settings")

    def __init__(self, settings: Settings, fields: Fields, agent: str | None, adds_type: bool) -> None:
        self.settings = settings
        self.fields = fields
        self.adds_type = adds_type
        self._default_agent = agent
        self._connection = ("Connection", "keep-alive" if settings.keep else "close")
        self._after: dict[str, bytes] = {}
        own = [self._connection, *fields.ready]
        self._before = (own, lines(own), not closing(own)) if fields.constant else None

    def send(self, user: User, target: Target, method: str, cookie: str | None, entity: Entity | None) -> Made:
        """Put a request together."""
        own, before, keep = self._before or self._read(user, target)
        if entity is not None and entity.own is not own:
            own = entity.own
            before, keep = lines(own), not closing(own)
        if cookie:
            if has(own, "cookie"):
                own = with_first(own, "Cookie", cookie)
                before = lines(own)
            else:
                before += lines([("Cookie", cookie)])
        after = self._after.get(target.host_field) if self._before else None
        if after is None:
            after = self._rest(own, target)
            if self._before:
                self._after[target.host_field] = after
        begin = start_line(method, target.line) + before
        if entity is None:
            return Made(self, target, method, begin + after, keep, None, cookie)
        request = begin + lines(entity.content) + after + entity.body
        return Made(self, target, method, request, keep, entity, cookie)

    def own(self, user: User, target: Target) -> list[Field]:
        """Give Connection and the Header Managers' fields."""
        return (self._before or self._read(user, target))[0]

    def _read(self, user: User, target: Target) -> tuple[list[Field], bytes, bool]:
        own = [self._connection, *self.fields.read(user, target)]
        return own, lines(own), not closing(own)

    def _rest(self, own: Sequence[Field], target: Target) -> bytes:
        rest = [] if has(own, "host") else [("Host", target.host_field)]
        if self._default_agent and not has(own, "user-agent"):
            rest.append(("User-Agent", self._default_agent))
        return lines(rest) + b"\r\n"

    def entity(
        self, user: User, target: Target, arguments: Arguments, pairs: Pairs, files: Sequence[ReadFile]
    ) -> Entity | None:
        """Make the body of the first request, None for one without. Raises WireError where JMeter fails here."""
        settings = self.settings
        method = settings.method
        if not _TOKEN(method):
            raise WireError(ILLEGAL_ARGUMENT, f"Unexpected method: '{method}'")
        if method in _WITHOUT_ENTITY:
            return None
        raw = settings.raw or arguments.nameless(pairs)
        one_file = len(files) == 1 and bool(files[0].path) and not files[0].parameter
        as_body = one_file and not pairs
        if method == "GET" and not raw and not as_body:
            return None
        own = self.own(user, target)
        if settings.multipart or (files and all(file.path for file in files) and not one_file):
            entity = self._multipart(own, arguments, user, pairs, files)
        elif as_body:
            entity = self._file(own, files[0])
        elif raw:
            text = arguments.raw(user, pairs, settings.charset.strip() and settings.charset)
            entity = self._raw(own, text, files[0].mime if files else "")
        else:
            entity = self._form(own, arguments.form(user, pairs, settings.charset.strip() or URL_CHARSET))
        if has(entity.own, "transfer-encoding"):
            raise WireError(PROTOCOL, "null")
        return entity

    def _typed(self, own: list[Field], mime: str) -> tuple[list[Field], list[Field]]:
        """Set Content-Type from a file's type, where the plan sets none."""
        if first(own, "content-type"):
            return own, []
        mime = mime or (FORM_TYPE if self.adds_type else "")
        if not mime:
            return own, []
        if has(own, "content-type"):
            return with_first(own, "Content-Type", mime), []
        return own, [("Content-Type", mime)]

    def _file(self, own: list[Field], file: ReadFile) -> Entity:
        own, typed = self._typed(own, file.mime)
        try:
            body, missing = file.content(), None
        except WireError as error:
            body, missing = b"", error
        return Entity(own, [*typed, ("Content-Length", str(len(body)))], body, HIDDEN, missing)

    def _raw(self, own: list[Field], text: str, mime: str) -> Entity:
        charset = self.settings.charset.strip()
        kind = f"text/plain; charset={canonical(charset)}" if charset else "text/plain"
        own, typed = self._typed(own, mime)
        body = body_bytes(text, charset)
        content = [*typed, ("Content-Length", str(len(body)))]
        if not typed and not has(own, "content-type"):
            content.append(("Content-Type", kind))
        return Entity(own, content, body, text)

    def _form(self, own: list[Field], text: str) -> Entity:
        own, typed = self._typed(own, "")
        content = [*typed, ("Content-Length", str(len(text)))]
        if not typed and not has(own, "content-type"):
            charset = canonical(self.settings.charset.strip() or URL_CHARSET)
            content.append(("Content-Type", f"{FORM_TYPE}; charset={charset}"))
        return Entity(own, content, text.encode("ascii"), text)

    def _multipart(
        self, own: list[Field], arguments: Arguments, user: User, pairs: Pairs, files: Sequence[ReadFile]
    ) -> Entity:
        charset = self.settings.charset.strip()
        charset = canonical(charset) if charset else "US-ASCII"
        fields: list[FormField | FormFile] = [
            FormField(name, value, argument.content_type.get(user))
            for argument, (name, value) in zip(arguments.arguments, pairs)
            if not skipped(name)
        ]
        for file in files:
            if not file.mime.strip():
                raise WireError(PARSE, f"Invalid content type: {file.mime}")
            if not file.parameter.strip():
                raise WireError(ILLEGAL_STATE, "Name is blank")
        parts = [*fields, *[FormFile(f.parameter, f.name, f.content(), f.mime) for f in files]]
        boundary = "".join([choice(_BOUNDARY) for _ in range(randint(30, 40))])
        body = multipart_body(boundary, parts, charset, self.settings.browser_like)
        own = [field for field in own if field[0].lower() != "content-type"]
        content = [("Content-Length", str(len(body))), ("Content-Type", multipart_type(boundary))]
        shown = body.decode("latin-1")
        for file in files:
            shown = shown.replace(file.content().decode("latin-1"), HIDDEN)
        return Entity(own, content, body, shown)
