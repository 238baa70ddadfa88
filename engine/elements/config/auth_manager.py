"""HTTP Authorization Manager. Mirrors org.apache.jmeter.protocol.http.control.AuthManager."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.http.auth import Credentials, basic
from pyjm.engine.http.errors import ILLEGAL_ARGUMENT, WireError
from pyjm.engine.http.negotiate import NEEDED, REMEDY, Negotiation, Spnego, Tickets, is_there
from pyjm.engine.http.url import parse_url
from pyjm.engine.plan.tree import Node

from .cookie_manager import is_true

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyjm.engine.compile.value import Value
    from pyjm.engine.vu.user import User

    from ..samplers.http_target import Target

PREEMPTIVE = ("BASIC", "BASIC_DIGEST")
KERBEROS = "KERBEROS"
MECHANISMS = (*PREEMPTIVE, "DIGEST", KERBEROS)


class Written(NamedTuple):
    """One line of the manager: whom it makes of the requests whose URL begins so."""

    url: Value[str]
    user: Value[str]
    password: Value[str]
    domain: Value[str]
    realm: Value[str]
    mechanism: Value[str]


@element("AuthManager")
class AuthManager(Config):
    """Says who asks, by where the request goes; of several managers in a sampler's scope the outermost counts."""

    clears = flag("AuthManager.clearEachIteration")
    by_group = flag("AuthManager.controlledByThreadGroup")

    def prepare(self, node: Node, build: Build) -> None:
        self.written: list[Written] = []
        properties = build.properties
        self.preemptive = is_true(properties, "httpclient4.auth.preemptive", True)
        self.spnego = Spnego(
            is_true(properties, "kerberos.spnego.strip_port", True),
            is_true(properties, "kerberos.spnego.use_canonical_host_name", True),
            is_true(properties, "kerberos.spnego.delegate_cred", False),
        )
        set_up = build.system.get("java.security.krb5.conf")
        if set_up:
            os.environ["KRB5_CONFIG"] = set_up
        for item in node.items("AuthManager.auth_list"):
            if not isinstance(item, Node):
                continue
            url, user, password, domain, realm = [
                build.value(item.text(f"Authorization.{key}"), node.path)
                for key in ("url", "username", "password", "domain", "realm")
            ]
            mechanism = build.value(item.text("Authorization.mechanism", "BASIC"), node.path)
            if mechanism.constant == KERBEROS and not is_there():
                build.fault(node.path, NEEDED, REMEDY)
            self.written.append(Written(url, user, password, domain, realm, mechanism))

    def iteration_start(self, user: User) -> None:
        """Have users log in anew, where the manager or the group says so."""
        if not user.same_user if self.by_group.get(user) else self.clears.get(user):
            user.state.pop(self, None)

    def negotiation(self, user: User, target: Target) -> Negotiation | None:
        """Begin a login by Kerberos, None for a URL that has no line with it. Raises WireError."""
        found = self.credentials(user, target)
        if found is None or found[1] != KERBEROS:
            return None
        tickets = user.state.get(self)
        if tickets is None:
            tickets = user.state[self] = Tickets()
        return Negotiation(found[0], tickets, target.origin.host, target.origin.port, self.spnego)

    def credentials(self, user: User, target: Target) -> tuple[Credentials, str] | None:
        """Give who asks, and by which mechanism; None for a URL that no line is for. Raises WireError."""
        texts = [target.text, *other_spelling(target)]
        for line in self.written:
            url = line.url.get(user)
            if any(text.startswith(url) for text in texts):
                mechanism = line.mechanism.get(user)
                if mechanism not in MECHANISMS:
                    name = f"org.apache.jmeter.protocol.http.control.AuthManager.Mechanism.{mechanism}"
                    raise WireError(ILLEGAL_ARGUMENT, f"No enum constant {name}")
                name, domain = line.user.get(user), line.domain.get(user)
                name = f"{domain.upper()}\\{name}" if domain else name
                return Credentials(name, line.password.get(user), line.realm.get(user)), mechanism
        return None

    def asked(self, user: User, target: Target) -> Callable[[str], Credentials | None] | None:
        """Give who answers a challenge, by its realm; None where nobody does. Raises WireError."""
        if not self.preemptive:
            return lambda realm: self.of_realm(user, target, realm)
        found = self.credentials(user, target)
        if found is None or found[1] == KERBEROS:
            return None
        only = found[0]
        return lambda realm: only if only.realm in ("", realm) else None

    def of_realm(self, user: User, target: Target, realm: str) -> Credentials | None:
        """Give who asks in a realm: with httpclient4.auth.preemptive=false JMeter finds a line only by its realm."""
        for line in self.written:
            if line.realm.get(user) == realm:
                try:
                    url = parse_url(line.url.get(user))
                except WireError:
                    continue
                port = url.port if url.port >= 0 else url.default_port
                if (url.host, port) == (target.origin.host, target.origin.port):
                    return Credentials(line.user.get(user), line.password.get(user), realm)
        return None

    def ahead(self, user: User, target: Target) -> str | None:
        """Give the Authorization that a request carries before it was asked for one."""
        found = self.credentials(user, target) if self.preemptive else None
        if found is None or found[1] not in PREEMPTIVE:
            return None
        return basic(found[0])


def other_spelling(target: Target) -> list[str]:
    """Give the URL with its port where it has none, and without where it is the usual one."""
    url = target.url
    usual = 443 if url.protocol == "https" else 80
    if url.port == -1:
        return [f"{url.protocol}://{url.host}:{usual}{url.path}"]
    return [f"{url.protocol}://{url.host}{url.path}"] if url.port == usual else []
