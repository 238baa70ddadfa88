"""Hot path: requests as Java's HttpURLConnection writes them. Mirrors HTTPJavaImpl, PostWriter and PutWriter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.http.auth import basic
from pyjm.engine.http.body import Pieces, Stretch, body_of
from pyjm.engine.http.errors import FILE_NOT_FOUND, JAVA_PROTOCOL, WireError
from pyjm.engine.http.request import field_lines

from ..java_order import of_hash_map
from .http_arguments import body_bytes, skipped
from .http_escapes import encoded
from .http_fields import Own
from .http_making import FORM_TYPE, HIDDEN, Entity, Made, Maker, Refused
from .java_target import JavaTarget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.vu.user import User

    from ..config.auth_manager import AuthManager
    from .http_arguments import Arguments, Pairs
    from .http_files import ReadFile
    from .http_target import Target

CHARSET = "ISO-8859-1"
METHODS = frozenset(("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"))
NO_OUTPUT = "cannot write to a URLConnection if doOutput=false - call setDoOutput(true)"
BOUNDARY = "---------------------------7d159c1302d0y0"
ACCEPT = "text/html, image/gif, image/jpeg, */*; q=0.2"
_NO_FILE = 1283
_HIDDEN_FIELDS = frozenset(("cookie", "authorization", "proxy-authorization"))
_BY_ITSELF = frozenset(("user-agent", "host", "accept"))


class JavaMade(Made):
    """A request of HttpURLConnection. `authorization` is what the Authorization Manager gave."""

    @property
    def head_text(self) -> str:
        """The fields that JMeter set, in the order of a HashMap, what belongs to one name last first."""
        given: dict[str, list[str]] = {}
        head = self.request.partition(b"\r\n\r\n")[0].decode("latin-1")
        for line in reversed(head.split("\r\n")[1:]):
            name, _, value = line.partition(": ")
            low = name.lower()
            if low in _HIDDEN_FIELDS or (low in _BY_ITSELF and low not in self.own.names) or name == "Content-type":
                continue
            given.setdefault(name, []).append(value)
        lines = [f"{name}: {value}\n" for name in of_hash_map(list(given)) for value in given[name]]
        if self.authorization is not None:
            lines.append(f"Authorization: {self.authorization}\n")
        return "".join(lines)

    @property
    def cookies(self) -> str:
        """The manager's cookies; Java does not tell those of the plan's own field."""
        return self.cookie or ""


class JavaMaker(Maker):
    """Makes the requests of HttpURLConnection for one set of settings."""

    __slots__ = ()

    challenged = False
    waits = False
    target = JavaTarget

    def ahead(self, user: User, target: Target, auth: AuthManager, own: Own) -> str | None:
        """Give the Authorization of a request: always Basic, whatever the plan says."""
        found = auth.credentials(user, target)
        return None if found is None else basic(found[0])

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
        if own is None:
            own = entity.own if entity is not None else self.own(user, target, None)
        fields = list(own.fields)
        if cookie:
            put(fields, "Cookie", cookie)
        if authorization is not None:
            put(fields, "Authorization", authorization)
        lines = field_lines(fields)
        if entity is not None:
            lines += entity.content
        names = own.names
        after = [] if "user-agent" in names else [("User-Agent", self._agent or "")]
        host = b"" if "host" in names else target.host_lines
        accept = b"" if "accept" in names else field_lines((("Accept", ACCEPT),))
        if entity is not None and method == "POST" and "content-type" not in names:
            accept += field_lines((("Content-type", FORM_TYPE),))
        begin = f"{method} {target.line} HTTP/1.1\r\n".encode("ascii", "replace")
        head = begin + lines + field_lines(after) + host + accept + b"\r\n"
        request = head + entity.body if entity is not None and isinstance(entity.body, bytes) else head
        return JavaMade(self, target, method, request, own.keep, entity, cookie, own, authorization)

    def again(self, made: Made, target: Target, method: str) -> Made:
        """Make a request for where a redirect leads by itself: a POST has become a GET with nothing of the plan."""
        if method != made.method:
            fields = [("User-Agent", self._agent or "")] if self._agent else []
            lines = field_lines(fields) + target.host_lines
            rest = field_lines((("Accept", ACCEPT), ("Connection", "keep-alive" if made.keep else "close")))
            request = f"{method} {target.line} HTTP/1.1\r\n".encode("ascii", "replace") + lines + rest + b"\r\n"
            return made._replace(target=target, method=method, request=request, entity=None)
        _, _, rest = made.request.partition(b"\r\n")
        head, end, body = rest.partition(b"\r\n\r\n")
        lines = b"".join(
            [
                target.host_lines if line.lower().startswith(b"host:") else line + b"\r\n"
                for line in head.split(b"\r\n")
            ]
        )
        request = f"{method} {target.line} HTTP/1.1\r\n".encode("ascii", "replace") + lines + end[2:] + body
        return made._replace(target=target, request=request)

    def check_method(self) -> None:
        """Raise WireError for a method that Java knows nothing of."""
        if self.settings.method not in METHODS:
            raise WireError(JAVA_PROTOCOL, f"Invalid HTTP method: {self.settings.method}")

    def entity(
        self, user: User, target: Target, arguments: Arguments, pairs: Pairs, files: Sequence[ReadFile]
    ) -> Entity | None:
        """Make the body, None for one without. Raises WireError where JMeter fails here."""
        settings = self.settings
        method = settings.method
        if method not in ("POST", "PUT"):
            return None
        own = self.own(user, target, None)
        charset = self._charset or CHARSET
        one_file = len(files) == 1 and bool(files[0].path) and not files[0].parameter
        multipart = settings.multipart or (bool(files) and all(file.path for file in files) and not one_file)
        raw = settings.raw or arguments.nameless(pairs)
        if method == "PUT" and multipart:
            self.refuse(own, target, WireError(JAVA_PROTOCOL, NO_OUTPUT), length=None)
        if multipart:
            return self.parts(own, target, arguments, user, pairs, files, charset)
        mime = files[0].mime if files and (one_file or raw) else ""
        if one_file and not pairs:
            own = self.typed(own, mime)
            try:
                body = body_of([files[0].content()])
            except WireError as error:
                self.refuse(own, target, missing(files[0], error), length=0)
            return self.with_length(own, body, HIDDEN)
        if raw:
            text = arguments.raw(user, pairs, charset)
            return self.with_length(self.typed(own, mime), body_bytes(text, charset), text)
        if method == "PUT":
            return None
        text = arguments.query(user, pairs, charset)
        return self.with_length(self.typed(own, ""), encoded(text, charset), text)

    def typed(self, own: Own, mime: str) -> Own:
        """Set Content-Type where the plan sets none and there is something to set."""
        mime = mime or (FORM_TYPE if self.adds_type and self.settings.method == "POST" else "")
        return own if not mime or own.first("content-type") else self.setting(own, "Content-Type", mime)

    def with_length(self, own: Own, body: bytes | Pieces, shown: str) -> Entity:
        """Complete a body by its length."""
        return Entity(self.setting(own, "Content-Length", str(len(body))), b"", body, shown)

    def setting(self, own: Own, name: str, value: str) -> Own:
        """Set a field: in the place of the last one of its name, else behind all."""
        fields = list(own.fields)
        put(fields, name, value)
        return Own(fields)

    def refuse(self, own: Own, target: Target, error: WireError, length: int | None) -> None:
        """Fail with what Java meets when the fields are set already."""
        if length is not None:
            own = self.setting(own, "Content-Length", str(length))
        refused = Refused(self.send(None, target, self.settings.method, None, None, own))  # type: ignore[arg-type]
        refused.kind = error.kind
        refused.text = error.text
        refused.trace_bytes = error.trace_bytes
        raise refused

    def parts(
        self,
        own: Own,
        target: Target,
        arguments: Arguments,
        user: User,
        pairs: Pairs,
        files: Sequence[ReadFile],
        charset: str,
    ) -> Entity:
        """Make a body of parts, as JMeter's PostWriter does."""
        own = self.setting(own, "Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        divider = f"--{BOUNDARY}".encode()
        body = divider
        for name, value in pairs:
            if skipped(name):
                continue
            head = f'Content-Disposition: form-data; name="{name}"\r\n'
            if not self.settings.browser_like:
                head += f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n"
            body += b"\r\n" + encoded(head + "\r\n", CHARSET) + encoded(value, charset) + b"\r\n" + divider
        shown = body.decode("latin-1" if charset == CHARSET else "utf-8", "replace")
        parts: list[bytes | Stretch] = [body]
        for file in files:
            head = f'\r\nContent-Disposition: form-data; name="{file.parameter}"; filename="{file.name}"\r\n'
            head += f"Content-Type: {file.mime}\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            try:
                content = file.content()
            except WireError as error:
                self.refuse(own, target, missing(file, error), length=sum(map(len, parts)))
            parts += (encoded(head, CHARSET), content, b"\r\n" + divider)
            shown += f"{head}{HIDDEN}\r\n{divider.decode()}"
        return self.with_length(own, body_of([*parts, b"--\r\n"]), shown + "--\r\n")


def missing(file: ReadFile, error: WireError) -> WireError:
    """Say that a file can't be read, by its name in the plan."""
    said = WireError(FILE_NOT_FOUND, f"{file.path} {error.text[error.text.rfind('(') :]}")
    said.trace_bytes = _NO_FILE
    return said


def put(fields: list[tuple[str, str]], name: str, value: str) -> None:
    """Set a field: in the place of the last one of its name, else behind all."""
    for at in reversed(range(len(fields))):
        if fields[at][0].lower() == name.lower():
            fields[at] = (fields[at][0], value)
            return
    fields.append((name, value))
