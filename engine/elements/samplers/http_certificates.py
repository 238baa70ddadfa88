"""What users show to servers that ask for a certificate. Mirrors SSLManager, JsseSSLManager and JmeterKeyStore."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyjm.engine.elements.java_order import of_hashtable
from pyjm.engine.http.connect import Origin
from pyjm.engine.http.errors import SSL, WireError
from pyjm.keystore.faults import KeystoreError

from ..config.keystore_config import KeystoreConfig, configured
from .http_tls import context_maker, load

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User
    from pyjm.keystore.client_keys import ClientKey

log = logging.getLogger("pyjm.run")
KEYSTORE = "javax.net.ssl.keyStore"
ONE = 0, 0
"""Without a Keystore Configuration JMeter shows the first key alone."""


class Certificates:
    """The keys of the keystore that the system properties name; a context for each, made when it is first shown.

    `shared` is the context of all users where they show the same, whoever they are; else each has an identity.
    """

    def __init__(self, build: Build) -> None:
        self.build = build
        self.new = context_maker(build)
        self.shared = self.plain = self.new()
        self.keys: list[ClientKey] = []
        self.in_range: dict[str, bytes] = {}
        self.contexts: dict[str, ssl.SSLContext] = {}
        self.variable = ""
        self.open = False
        self.each = False
        self.config: KeystoreConfig | None = None
        self.cursor = build.cells.cell("certificates of clients")
        self.asking: ssl.SSLContext | None = None

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

    def identity(self, user: User) -> ByTurns | ByVariable | None:
        """Give what a user shows where it is the user's own matter."""
        if self.open and self.config is not None:
            self.open = False
            try:
                self._take(self.config.range(user), self.config.variable.get(user))
            except KeystoreError as error:
                log.error("%s; users show no certificate", error)
        if not self.each:
            return None
        return ByVariable(self, user) if self.variable else ByTurns(self)

    def context(self, alias: str) -> ssl.SSLContext | None:
        """Give the context of an alias; None for a name that is none. Raises WireError for a key of no use."""
        context = self.contexts.get(alias)
        if context is None and alias in self.in_range:
            context = self.contexts[alias] = self.new()
            try:
                load(context, self.in_range[alias])
            except ssl.SSLError as error:
                del self.contexts[alias]
                raise WireError(SSL, f"the key {alias!r} is of no use for TLS: {error.reason}") from None
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
            if self.each:
                self.asking = self.asking_for(list(self.in_range))

    def asking_for(self, aliases: Sequence[str]) -> ssl.SSLContext:
        """Make a context that takes the next alias once a server asks, and then is that alias's context."""

        def asked() -> ssl.SSLContext:
            with self.cursor.held():
                alias = aliases[self.cursor.add() % len(aliases)]
            return self.context(alias) or self.plain

        return self.heard(asked)

    def heard(self, asked: Callable[[], ssl.SSLContext | None]) -> ssl.SSLContext:
        """Make a context that calls `asked` when a server asks for a certificate, and goes on with what it gives.

        OpenSSL takes what it shows from a connection's context only after it has read the whole request for it.
        """
        context = self.new()

        def message(connection: Any, direction: str, version: Any, content: Any, kind: Any, data: bytes) -> None:
            name = getattr(kind, "name", "") if direction == "read" else ""
            if name == "CERTIFICATE_REQUEST":
                connection.context = asked() or self.plain
            elif name == "FINISHED" and connection.context is context:
                connection.context = self.plain  # from here on nothing is listened to

        context._msg_callback = message  # type: ignore[attr-defined]
        return context


class Identity:
    """What one user shows: to each server the same, as Java resumes sessions, until the user is a new one."""

    __slots__ = ("certificates", "kept")

    def __init__(self, certificates: Certificates) -> None:
        self.certificates = certificates
        self.kept: dict[Origin, ssl.SSLContext] = {}

    def forget(self) -> None:
        """Be a new user."""
        self.kept.clear()


class ByTurns(Identity):
    """Shows the next certificate of all to the next server that asks."""

    __slots__ = ()

    def context(self, origin: Origin) -> ssl.SSLContext:
        """Give the context to begin a handshake with."""
        return self.kept.get(origin) or self.certificates.asking or self.certificates.shared

    def settled(self, origin: Origin, begun: ssl.SSLContext, ended: ssl.SSLContext | None) -> None:
        """Keep what was shown."""
        if ended is not None and ended is not self.certificates.plain:
            self.kept[origin] = ended


class ByVariable(Identity):
    """Shows the certificate that a variable of the user names; a wrong name is a fault once a server asks."""

    __slots__ = ("refused", "user")

    def __init__(self, certificates: Certificates, user: User) -> None:
        super().__init__(certificates)
        self.user = user
        self.refused: dict[ssl.SSLContext, list[str]] = {}

    def context(self, origin: Origin) -> ssl.SSLContext:
        """Give the context to begin a handshake with."""
        kept = self.kept.get(origin)
        if kept is not None:
            return kept
        alias = self.user.vars.get(self.certificates.variable)
        if not alias:
            return self._refusing(f"No var called '{self.certificates.variable}' found")
        try:
            context = self.certificates.context(alias)
        except WireError as error:
            return self._refusing(error.text)
        return context or self._refusing(f"No PrivateKey found for alias:'{alias}'")

    def settled(self, origin: Origin, begun: ssl.SSLContext, ended: ssl.SSLContext | None) -> None:
        """Keep what was shown. Raises WireError where there was nothing to show."""
        said = self.refused.pop(begun, None)
        if said is None:
            if ended is not None:
                self.kept[origin] = ended
        elif said:
            raise WireError(SSL, said[0])

    def _refusing(self, text: str) -> ssl.SSLContext:
        said: list[str] = []
        context = self.certificates.heard(lambda: said.append(text))
        self.refused[context] = said
        return context
