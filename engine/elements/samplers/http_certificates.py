"""What users show to servers that ask for a certificate. Mirrors SSLManager, JsseSSLManager and JmeterKeyStore."""

from __future__ import annotations

import logging
import ssl
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pyjm.engine.elements.java_order import of_hashtable
from pyjm.engine.http.errors import SSL, WireError
from pyjm.engine.http.sessions import Server, Sessions, Start
from pyjm.keystore.faults import KeystoreError

from ..config.keystore_config import KeystoreConfig, configured
from .http_tls import context_maker, load

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.http.secured import Secured
    from pyjm.engine.vu.user import User
    from pyjm.keystore.client_keys import ClientKey

log = logging.getLogger("pyjm.run")
KEYSTORE = "javax.net.ssl.keyStore"
SHARED = "https.sessioncontext.shared"
ONE = 0, 0
"""Without a Keystore Configuration JMeter shows the first key alone."""

CONTEXTS_MAX = 1000
"""The most contexts that are kept, of the keys last shown: one takes some 20 kB."""


class Certificates:
    """The keys of the keystore that the system properties name; a context for each, made when it is first shown.

    `shared` is the context of all users where they show the same, whoever they are; `of_all` are the sessions of all
    where they share them.
    """

    def __init__(self, build: Build) -> None:
        self.build = build
        self.new = context_maker(build)
        self.shared = self.plain = self.new()
        self.keys: list[ClientKey] = []
        self.in_range: dict[str, bytes] = {}
        self.contexts: OrderedDict[str, ssl.SSLContext] = OrderedDict()
        self.variable = ""
        self.open = False
        self.each = False
        self.config: KeystoreConfig | None = None
        self.turns = Turns(build)
        shared = build.properties.get(SHARED, "").strip().lower() == "true"
        self.of_all: dict[Server, Secured | Start] | None = {} if shared else None

    def finish(self) -> None:
        """Read the keystore and choose its keys, when the plan is compiled; a keystore that is no use is a fault."""
        name = self.build.system.get(KEYSTORE, "")
        if name.upper() == "NONE":
            self.build.fault("", f"{KEYSTORE}=NONE: keys of PKCS#11 are not supported", "name a keystore file")
            return
        try:
            if name:
                self._read(Path(name))
            self._choose()
        except KeystoreError as error:
            self.in_range.clear()
            self.build.fault("", f"{error}; users show no certificate", f"see {KEYSTORE}", fatal=False)

    def sessions(self, user: User) -> Sessions:
        """Give what a user knows of servers, and what it shows them where that is the user's own matter."""
        if self.open and self.config is not None:
            self.open = False
            try:
                self._take(self.config.range(user), self.config.variable.get(user))
            except KeystoreError as error:
                log.error("%s; users show no certificate", error)
        if not self.each:
            return Sessions(self.shared, self.of_all)
        return ByVariable(self, user) if self.variable else ByTurns(self)

    def context(self, alias: str) -> ssl.SSLContext | None:
        """Give the context of an alias; None for a name that is none. Raises WireError for a key of no use."""
        context = self.contexts.get(alias)
        if context is not None:
            self.contexts.move_to_end(alias)
        elif alias in self.in_range:
            context = self.contexts[alias] = self.new()
            try:
                load(context, self.in_range[alias])
            except ssl.SSLError as error:
                del self.contexts[alias]
                raise WireError(SSL, f"the key {alias!r} is of no use for TLS: {error.reason}") from None
            if len(self.contexts) > CONTEXTS_MAX:
                self.contexts.popitem(last=False)
        return context

    def _read(self, path: Path) -> None:
        from pyjm.keystore.client_keys import read_client_keys  # with cryptography, which few plans need

        found = read_client_keys(path, self.build.system.get("javax.net.ssl.keyStorePassword", ""))
        by_name = {key.alias: key for key in found.keys}
        names = of_hashtable(list(by_name), found.trusted) if found.is_jks else list(by_name)
        self.keys = [by_name[name] for name in names]

    def _choose(self) -> None:
        self.config = config = configured(self.build)
        if config is None:
            self._take(ONE, "")
        elif config.constant:
            self._take(config.range(None), config.variable.constant or "")
        else:
            self.open = self.each = True

    def _take(self, indexes: tuple[int, int], variable: str) -> None:
        """Take the keys of a range. Raises KeystoreError."""
        start, end = indexes
        chosen = self.keys[max(start, 0) : None if end == -1 else end + 1]
        self.variable = variable
        self.each = bool(variable)
        if self.keys and not chosen:
            raise KeystoreError(f"the keystore has {len(self.keys)} keys, and none from index {start} on")
        now = datetime.now(UTC)
        self.in_range = {key.alias: key.pem() for key in chosen}
        for fault in filter(None, [key.fault(now) for key in chosen]):
            self.build.fault("", fault, "the test runs with it", fatal=False)
        if not variable and chosen:
            try:
                first = self.context(chosen[0].alias)
            except WireError as error:
                self.in_range.clear()
                raise KeystoreError(error.text) from None
            self.shared = first or self.plain
            self.each = len(chosen) > 1
            self.turns.aliases = list(self.in_range)


class Turns:
    """The keys one after another, for all users and workers; one that nobody asked for goes to the next."""

    def __init__(self, build: Build) -> None:
        self.aliases: list[str] = []
        self._cursor = build.cells.cell("certificates of clients")
        self._back: list[int] = []

    def take(self) -> int:
        """Take a turn."""
        if self._back:
            return self._back.pop(0)
        with self._cursor.held():
            return self._cursor.add()

    def give_back(self, turn: int) -> None:
        """Have somebody else take a turn."""
        self._back.append(turn)


class ByTurns(Sessions):
    """Shows the next certificate of all to the next server that asks."""

    __slots__ = ("certificates",)

    def __init__(self, certificates: Certificates) -> None:
        super().__init__(certificates.plain, certificates.of_all)
        self.certificates = certificates

    def start(self, server: Server) -> Start:
        """Give what to begin a handshake with."""
        resumed = self.resumed(server)
        if resumed is not None:
            return resumed
        turns = self.certificates.turns
        turn = turns.take()
        context = self.certificates.context(turns.aliases[turn % len(turns.aliases)])
        return Start(server, context or self.context, memo=turn)

    def settled(self, start: Start, asked: bool) -> None:
        """Give back a turn that nobody asked for."""
        if isinstance(start.memo, int) and not asked:
            self.certificates.turns.give_back(start.memo)


class ByVariable(Sessions):
    """Shows the certificate that a variable of the user names; a wrong name is a fault once a server asks."""

    __slots__ = ("certificates", "user")

    def __init__(self, certificates: Certificates, user: User) -> None:
        super().__init__(certificates.plain, certificates.of_all)
        self.certificates = certificates
        self.user = user

    def start(self, server: Server) -> Start:
        """Give what to begin a handshake with."""
        return self.resumed(server) or self._named(server)

    def _named(self, server: Server) -> Start:
        alias = self.user.vars.get(self.certificates.variable)
        context, refusal = None, f"No var called '{self.certificates.variable}' found"
        if alias:
            refusal = f"No PrivateKey found for alias:'{alias}'"
            try:
                context = self.certificates.context(alias)
            except WireError as error:
                refusal = error.text
        return Start(server, context) if context is not None else Start(server, self.context, memo=refusal)

    def settled(self, start: Start, asked: bool) -> None:
        """Raise WireError where there was nothing to show to who asked."""
        if isinstance(start.memo, str) and asked:
            raise WireError(SSL, start.memo)
