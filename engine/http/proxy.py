"""Proxies: which one a request goes through, and what each user has told it about itself."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

from .auth import Challenge, Credentials, basic, challenges, digest
from .ntlm import Handshake, offered
from .request import field_lines
from .response import Response
from .table import Table

if TYPE_CHECKING:
    from .call import Call

UNANSWERED = 407
CONNECTION = ("Proxy-Connection", "Keep-Alive")
FIELD = "Proxy-Authorization"


class Proxy(NamedTuple):
    """A proxy and who one is to it. `scheme`, in any case, says how it is reached; `agent` goes with CONNECT."""

    host: str
    port: int
    scheme: str = "http"
    user: str = ""
    password: str = ""
    agent: str = ""


class RunProxy:
    """The proxy of the whole run, and the hosts that are reached without it. Mirrors HTTPHCAbstractImpl.

    `without` is a list separated by `|`: whole names, or ends of names after a `*` in front.
    """

    def __init__(self, proxy: Proxy, without: str = "") -> None:
        self.proxy = proxy
        listed = [each for each in without.split("|") if each]
        self._names = frozenset(each for each in listed if not each.startswith("*"))
        self._ends = tuple(each[1:] for each in listed if each.startswith("*"))

    def of(self, host: str) -> Proxy | None:
        """Give the proxy for a host as the URL has it, None for one reached without."""
        return None if host in self._names or host.endswith(self._ends) else self.proxy


def shown(request: bytes, response: Response, first: Response | None = None) -> Response:
    """Add to an answer what it answers; `first` is an earlier one of the same exchange."""
    response.request = request
    return response.after(first)


class Login:
    """What one user knows of what one proxy asks for. Mirrors AuthState and HttpAuthenticator of HttpClient.

    Credentials are shown after a 407 only, and from then on with each request; where they do not help they are not
    shown again until something is answered without them.
    """

    __slots__ = (
        "_challenge",
        "_client_nonce",
        "_count",
        "_credentials",
        "_failed",
        "_ntlm",
        "_said",
        "_tried",
        "agent",
        "host",
    )

    def __init__(self, proxy: Proxy, host: str = "") -> None:
        """`host` is what a CONNECT gives as Host."""
        self.agent = proxy.agent
        self.host = host
        self._credentials = Credentials(proxy.user, proxy.password) if proxy.user else None
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._challenge: Challenge | None = None
        self._failed = self._tried = False
        self._client_nonce = ""
        self._count = 0
        self._ntlm: Handshake | None = None
        self._said = ""

    def line(self, method: str, target: str) -> bytes:
        """Write the field that shows the credentials, nothing where none are asked for."""
        if self._said:
            said, self._said = self._said, ""
            return field_lines(((FIELD, said),))
        challenge, credentials = self._challenge, self._credentials
        if challenge is None or credentials is None:
            return b""
        if challenge.scheme == "basic":
            return field_lines(((FIELD, basic(credentials)),))
        self._count += 1
        made = digest(challenge, credentials, method, target, b"", count=self._count, client_nonce=self._client_nonce)
        return field_lines(((FIELD, made),)) if made else b""

    def again(self, response: Response) -> bool:
        """Learn from an answer; tell whether the request is to be sent again."""
        if response.status != UNANSWERED:
            self._failed = self._tried = False
            self._ntlm = None
            return False
        if self._failed or self._credentials is None:
            return False
        fields = response.all_of("proxy-authenticate")
        if offered(fields) is not None:
            if self._goes_on(fields, self._credentials):
                return True
            self.forget()
            self._failed = True
            return False
        asked = {each.scheme: each for each in reversed(challenges(response.all_of("proxy-authenticate")))}
        found = asked.get("digest")
        if found is None or digest(found, self._credentials, "GET", "/", b"") is None:
            found = asked.get("basic")
        stale = found is not None and found.parameters.get("stale", "").lower() == "true"
        tried = self._tried and not stale
        self.forget()
        if found is None or tried:
            self._failed = tried
            return False
        self._challenge = found
        self._client_nonce = token_hex(8)
        self._tried = True
        return True

    def _goes_on(self, fields: list[str], credentials: Credentials) -> bool:
        """Say the next word of a login by NTLM; tell whether there is one."""
        if self._ntlm is None:
            self._ntlm = Handshake(credentials)
        self._said = self._ntlm.reply(fields) or ""
        return bool(self._said)


class TunnelRefused(Exception):
    """A proxy did not open a way to an https origin; `response` is what it said instead."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class ProxyTable(Table):
    """One user's connections through one proxy to one server."""

    __slots__ = ()

    login: Login | None

    def begin(self, call: Call) -> None:
        """Leave it to `exchange`: one request may become two."""

    async def exchange(self, call: Call) -> Response:
        """Send one request, and once more with credentials where the proxy asks for them. As `Table.exchange`."""
        send = super().exchange
        request = call.request
        if call.origin.scheme == "https":
            try:
                return await send(call)
            except TunnelRefused as refused:
                return refused.response
        begin, _, body = request.partition(b"\r\n\r\n")
        own = b"\r\nproxy-authorization:" in begin.lower()  # the plan's own stays, but a 407 is answered all the same
        method, target, _ = begin.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)
        login = self.login
        assert login is not None
        line = b"" if own else login.line(method, target)
        first: Response | None = None
        while True:
            sent = begin + b"\r\n" + line + b"\r\n" + body if line else request
            response = await send(call.sending(sent) if line else call)
            if not login.again(response):
                return shown(sent, response, first) if line or first else response
            first = first or response
            line = b"" if own else login.line(method, target)
