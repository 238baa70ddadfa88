"""Hot path: the requests of one HTTP Request, as bytes. Mirrors HTTPHC4Impl's setupRequest and handleMethod."""

from __future__ import annotations

import re
from random import choice, randint
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from pyjm.engine.http.body import Pieces, body_of
from pyjm.engine.http.charsets import charset_called
from pyjm.engine.http.errors import ILLEGAL_ARGUMENT, PROTOCOL, WireError
from pyjm.engine.http.multipart import Field as FormField
from pyjm.engine.http.multipart import File as FormFile
from pyjm.engine.http.multipart import multipart_body, multipart_parts, multipart_type
from pyjm.engine.http.proxy import CONNECTION
from pyjm.engine.http.request import field_lines

from .http_arguments import URL_CHARSET, body_bytes, skipped
from .http_error_size import ILLEGAL_STATE, PARSE
from .http_escapes import canonical, encoded
from .http_fields import Own
from .http_target import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.http.response import Response
    from pyjm.engine.vu.user import User

    from ..config.auth_manager import AuthManager
    from .http_arguments import Arguments, Pairs
    from .http_fields import Fields
    from .http_files import ReadFile
    from .http_way import Way

_TOKEN = re.compile(r"[\dA-Za-z!#$%&'*+\-.^_`|~]+").fullmatch
_WITHOUT_ENTITY = frozenset(("HEAD", "OPTIONS", "TRACE"))
IN_QUERY = frozenset(("GET", "DELETE", "OPTIONS"))
_BOUNDARY = "-_1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KNOWN = _WITHOUT_ENTITY | {"GET", "POST", "PUT", "DELETE", "PATCH"}
_PLAIN = b"Content-Type: text/plain\r\n"
_KNOWN_MAX = 256
FORM_TYPE = "application/x-www-form-urlencoded"
_READING_PART = 2444
_WAITING = "100-continue"
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
    way: Way | None = None


class Entity(NamedTuple):
    """A request's body with the lines of the fields that come with it.

    `typed` are those lines that a redirect keeps, `missing` is why its file can't be sent. `anyhow` says that JMeter
    sends it with a GET as well: with those for the files of a page, too.
    """

    own: Own
    content: bytes
    body: bytes | Pieces
    shown: str
    missing: WireError | None = None
    typed: bytes = b""
    anyhow: bool = False


class Made(NamedTuple):
    """A request, ready to be sent, and what made it. In `request` is all but a body that is read as it is sent."""

    maker: Maker
    target: Target
    method: str
    request: bytes
    keep: bool
    entity: Entity | None
    cookie: str | None
    own: Own
    authorization: str | None = None

    @property
    def entity_is_missing(self) -> bool:
        """Whether its file could not be read: JMeter notices with the head already sent."""
        return self.entity is not None and self.entity.missing is not None

    @property
    def held(self) -> int:
        """How many bytes of the body wait until the server asks for them, -1 for none that would wait."""
        if self.entity is None or not self.maker.waits or "expect" not in self.own.names:
            return -1
        if (self.own.first("expect") or "").lower() != _WAITING:
            return -1
        return len(self.entity.body) if isinstance(self.entity.body, bytes) else 0

    @property
    def following(self) -> Pieces | None:
        """The body where it follows the request, read as it is sent."""
        body = self.entity.body if self.entity is not None else None
        return body if isinstance(body, Pieces) else None

    @property
    def sent_fields(self) -> list[tuple[str, str]]:
        """The fields as they were sent, all but the cookies."""
        split = (line.partition(": ") for line in self.head_text.split("\n"))
        return [(name, value) for name, colon, value in split if colon]

    @property
    def head_text(self) -> str:
        """The fields as the sample's request headers show them: all but the cookies."""
        head = self.request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        raw = self.own.as_written()
        return "".join([raw.get(line, line) + "\n" for line in head if not line.lower().startswith("cookie:")])

    @property
    def cookies(self) -> str:
        """The cookies that were sent: those of the manager, else those of the plan's own field."""
        return self.cookie or (self.own.cookies() if "cookie" in self.own.names else "")

    @property
    def query(self) -> str:
        """The body as the sample shows it."""
        return self.entity.shown if self.entity is not None else ""

    def as_sent(self, response: Response) -> Made:
        """Give the request that an answer answers, where a proxy saw another one."""
        return self if response.request is None else self._replace(request=response.request)

    def described(self, cookies: str) -> str:
        """Describe the request as JMeter does."""
        return described(self.method, self.target.text, self.query, cookies)


def described(method: str, url: str, entity: str = "", cookies: str = "") -> str:
    """Describe a request as JMeter does."""
    text = f"{method} {url}\n"
    if method not in _WITHOUT_ENTITY:
        text += f"\n{method} data:\n{entity}\n"
    return text + (f"\nCookie Data:\n{cookies}\n" if cookies else "\n[no cookies]\n")


class Refused(WireError):
    """A request that HttpClient does not send: its fields contradict its body. `made` is what there is of it."""

    def __init__(self, made: Made) -> None:
        super().__init__(PROTOCOL, "null")
        self.made = made


class Unsent(NamedTuple):
    """What is known of a request that could not be made."""

    method: str
    url: str

    cookies: str = ""
    query: str = ""
    head_text: str = ""

    def described(self, cookies: str) -> str:
        """Describe the request as JMeter does."""
        return described(self.method, self.url, self.query, cookies)


class Maker:
    """Makes the requests for one set of settings."""

    __slots__ = (
        "_after",
        "_agent",
        "_charset",
        "_connection",
        "_form_type",
        "_of_method",
        "_own",
        "adds_type",
        "fields",
        "settings",
    )

    def __init__(self, settings: Settings, fields: Fields, agent: str | None, adds_type: bool) -> None:
        self.settings = settings
        self.fields = fields
        self.adds_type = adds_type
        self._agent = agent
        self._connection = ("Connection", "keep-alive" if settings.keep else "close")
        self._charset = settings.charset if settings.charset.strip() else ""
        self._of_method = [CONNECTION] if settings.method.upper() == "CONNECT" else []
        self._own = fields.ready(self._connection) if fields.constant else None
        self._after: dict[tuple[bytes, bool], bytes] = {}
        self._form_type: bytes | None = None

    challenged = True
    """Whether what an answer asks for is given: credentials."""
    waits = True
    """Whether a body waits for its turn where the plan says so."""
    target: ClassVar[type[Target]] = Target
    """What it makes of URLs."""

    def ahead(self, user: User, target: Target, auth: AuthManager, own: Own) -> str | None:
        """Give the Authorization that a request carries before it was asked for one."""
        return None if "authorization" in own.names else auth.ahead(user, target)

    def own(self, user: User, target: Target, entity: Entity | None) -> Own:
        """Give the fields of the plan, as they are now."""
        return entity.own if entity is not None else self._own or self.fields.read(user, target, self._connection)

    def send(
        self,
        user: User,
        target: Target,
        method: str,
        cookie: str | None,
        entity: Entity | None,
        own: Own | None = None,
        authorization: str | None = None,
    ) -> Made:
        """Put a request together; `own` are its first fields where they are not those of the plan."""
        if own is None:
            own = entity.own if entity is not None else self._own or self.fields.read(user, target, self._connection)
        if cookie:
            if "cookie" in own.names:
                before = own.with_first("Cookie", cookie).lines
            else:
                before = own.lines + field_lines((("Cookie", cookie),))
        else:
            before = own.lines
        if own.overrides:
            after = self._rest(own.left(target.host_lines), own)
        else:
            key = (target.host_lines, "user-agent" in own.names)
            found = self._after.get(key)
            if found is None:
                if len(self._after) >= _KNOWN_MAX:
                    self._after.clear()
                found = self._after[key] = self._rest(target.host_lines, own)
            after = found
        if authorization is not None:
            after = after[:-2] + field_lines((("Authorization", authorization),)) + b"\r\n"
        # method and target have been looked at: nothing in them can end the line
        begin = f"{method} {target.line} HTTP/1.1\r\n".encode("ascii", "replace") + before
        if entity is None:
            return Made(self, target, method, begin + after, own.keep, None, cookie, own, authorization)
        request = begin + entity.content + after
        body = entity.body
        if isinstance(body, bytes):
            request += body
        return Made(self, target, method, request, own.keep, entity, cookie, own, authorization)

    def _rest(self, lines: bytes, own: Own) -> bytes:
        named = not self._agent or "user-agent" in own.names
        agent = [] if named else [("User-Agent", self._agent or "")]
        return lines + field_lines([*self._of_method, *agent]) + b"\r\n"

    def check_method(self) -> None:
        """Raise WireError for a method that HttpClient makes no request of."""
        method = self.settings.method
        if method not in _KNOWN and not _TOKEN(method):
            raise WireError(ILLEGAL_ARGUMENT, f"Unexpected method: '{method}'")

    def entity(
        self, user: User, target: Target, arguments: Arguments, pairs: Pairs, files: Sequence[ReadFile]
    ) -> Entity | None:
        """Make the body of the first request, None for one without. Raises WireError where JMeter fails here."""
        settings = self.settings
        method = settings.method
        if method in _WITHOUT_ENTITY:
            return None
        raw = settings.raw or arguments.nameless(pairs)
        one_file = len(files) == 1 and bool(files[0].path) and not files[0].parameter
        as_body = one_file and not pairs
        if method == "GET" and not raw and not as_body:
            return None
        own = self._own or self.fields.read(user, target, self._connection)
        if settings.multipart or (files and all(file.path for file in files) and not one_file):
            entity = self._multipart(own, arguments, user, pairs, files)
        elif as_body:
            entity = self._file(own, files[0])
        elif raw:
            charset = self._charset
            entity = self._raw(own, arguments.raw(user, pairs, charset), charset, files[0].mime if files else "")
        else:
            entity = self._form(own, arguments.form(user, pairs, self._charset or URL_CHARSET))
        if "transfer-encoding" in own.names:
            raise Refused(Made(self, target, method, b"\r\n" + own.lines + b"\r\n", False, entity, None, own))
        return entity

    def _typed(self, own: Own, mime: str) -> tuple[Own, bytes]:
        """Set Content-Type from a file's type, where the plan sets none; give what is new as a line."""
        mime = mime or (FORM_TYPE if self.adds_type else "")
        if not mime:
            return own, b""
        if "content-type" in own.names:
            return (own if own.first("content-type") else own.with_first("Content-Type", mime)), b""
        return own, field_lines((("Content-Type", mime),))

    def _file(self, own: Own, file: ReadFile) -> Entity:
        own, typed = self._typed(own, file.mime)
        body: bytes | Pieces = b""
        missing = None
        try:
            body = body_of([file.content()])
        except WireError as error:
            missing = error
        return Entity(own, typed + b"Content-Length: %d\r\n" % len(body), body, HIDDEN, missing, typed, True)

    def _raw(self, own: Own, text: str, charset: str, mime: str) -> Entity:
        typed = b""
        if mime or self.adds_type:
            own, typed = self._typed(own, mime)
        shown_charset = canonical(charset) if charset else ""
        body = body_bytes(text, charset)
        content = typed + b"Content-Length: %d\r\n" % len(body)
        if not typed and "content-type" not in own.names:
            content += b"Content-Type: text/plain; charset=%b\r\n" % shown_charset.encode() if charset else _PLAIN
        return Entity(own, content, body, text, None, typed, True)

    def _form(self, own: Own, text: str) -> Entity:
        typed = b""
        if self.adds_type:
            own, typed = self._typed(own, "")
        charset = self._charset or URL_CHARSET
        body = encoded(text, charset)
        content = typed + b"Content-Length: %d\r\n" % len(body)
        if not typed and "content-type" not in own.names:
            if self._form_type is None:
                self._form_type = f"Content-Type: {FORM_TYPE}; charset={canonical(charset)}\r\n".encode()
            content += self._form_type
        return Entity(own, content, body, text, None, typed)

    def _multipart(self, own: Own, arguments: Arguments, user: User, pairs: Pairs, files: Sequence[ReadFile]) -> Entity:
        known = charset_called(self._charset or "US-ASCII", 1006)
        charset = known.name
        fields = [
            FormField(name, value, argument.content_type.get(user))
            for argument, (name, value) in zip(arguments.arguments, pairs)
            if not skipped(name)
        ]
        for file in files:
            if not file.mime.strip():
                raise WireError(PARSE, f"Invalid content type: {file.mime}")
            if not file.parameter.strip():
                raise WireError(ILLEGAL_STATE, "Name is blank")
        try:
            sent = [FormFile(file.parameter, file.name, file.content(), file.mime) for file in files]
        except WireError as error:
            error.trace_bytes = _READING_PART
            raise
        boundary = "".join([choice(_BOUNDARY) for _ in range(randint(30, 40))])
        body = body_of(multipart_parts(boundary, [*fields, *sent], charset, self.settings.browser_like))
        content = b"Content-Length: %d\r\nContent-Type: %b\r\n" % (len(body), multipart_type(boundary).encode())
        hidden = [part._replace(content=HIDDEN.encode()) for part in sent]
        if sent or not isinstance(body, bytes):
            shown = multipart_body(boundary, [*fields, *hidden], charset, self.settings.browser_like)
        else:
            shown = body
        return Entity(own.without("content-type"), content, body, known.decode(shown))
