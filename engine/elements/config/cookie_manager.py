"""HTTP Cookie Manager. Mirrors org.apache.jmeter.protocol.http.control.CookieManager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value
from pyjm.engine.http.cookie_specs import POLICIES
from pyjm.engine.http.cookies import CookieJar
from pyjm.engine.http.errors import ILLEGAL_ARGUMENT, NULL_POINTER, WireError
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.http.connect import Origin
    from pyjm.engine.http.set_cookie import Cookie
    from pyjm.engine.vu.user import User

IGNORE = "ignorecookies"
_NO_POLICY = (
    'Cannot invoke "org.apache.jmeter.protocol.http.control.CookieHandler.getCookieHeaderForURL('
    "org.apache.jmeter.testelement.property.CollectionProperty, java.net.URL, boolean)\" because "
    '"this.cookieHandler" is null'
)
_TEXTS = ("Cookie.value", "Cookie.domain", "Cookie.path")


class Target(Protocol):
    """Where a request goes, as cookies need to know it. `path` is without query."""

    origin: Origin
    path: str


class Written:
    """A cookie of the plan."""

    __slots__ = ("domain", "domain_told", "expires_s", "name", "path", "path_told", "secure", "value", "version")

    def __init__(self, node: Node, build: Build, where: str) -> None:
        texts = [node.name or node.text("TestElement.name"), *map(node.text, _TEXTS)]
        varies = is_true(build.properties, "CookieManager.allow_variable_cookies", True)
        values = [build.value(text, where) if varies else Value.of(text) for text in texts]
        self.name, self.value, self.domain, self.path = values
        self.secure = node.flag("Cookie.secure")
        self.path_told = node.flag("Cookie.path_specified")
        self.domain_told = node.flag("Cookie.domain_specified")
        version = node.text("Cookie.version", "1")
        self.version = int(version) if version.lstrip("-").isdigit() else 1
        expires = node.text("Cookie.expires", "0")
        self.expires_s = int(expires) if expires.lstrip("-").isdigit() else 0


class Jar:
    """One user's cookies of one manager. `varying` are those of the plan whose value is evaluated in each iteration."""

    __slots__ = ("cookies", "iteration", "varying")

    def __init__(self, cookies: CookieJar, iteration: int) -> None:
        self.cookies = cookies
        self.iteration = iteration
        self.varying: list[tuple[Cookie, Value[str]]] = []


@element("CookieManager")
class CookieManager(Config):
    """Keeps the cookies of each user; of several managers in a sampler's scope the outermost counts."""

    clears = flag("CookieManager.clearEachIteration")
    by_group = flag("CookieManager.controlledByThreadGroup")

    def prepare(self, node: Node, build: Build) -> None:
        self.written: Sequence[Written] = [
            Written(item, build, node.path) for item in node.items("CookieManager.cookies") if isinstance(item, Node)
        ]
        properties = build.properties
        self.delete_empty = is_true(properties, "CookieManager.delete_null_cookies", True)
        self.checks = is_true(properties, "CookieManager.check.cookies", True)
        self.saves = is_true(properties, "CookieManager.save.cookies", False)
        self.prefix = properties.get("CookieManager.name.prefix", "COOKIE_").strip()
        policy = node.text("CookieManager.policy", "standard").lower()
        self.ignores = policy == IGNORE
        if policy not in POLICIES and not self.ignores:
            what = f"there is no cookie policy {policy!r}: all its requests fail"
            build.fault(node.path, what, "take standard", fatal=False)
        self.keeps = POLICIES.get(policy)

    def iteration_start(self, user: User) -> None:
        """Begin anew with the plan's cookies, where the manager or the group says so."""
        clears = not user.same_user if self.by_group.get(user) else self.clears.get(user)
        if clears:
            user.state.pop(self, None)

    def jar(self, user: User) -> Jar:
        """Give a user's cookies."""
        jar: Jar | None = user.state.get(self)
        if jar is None:
            kind = self.keeps or CookieJar
            jar = user.state[self] = Jar(kind(self.delete_empty, self.checks), user.iteration)
            for each in self.written:
                cookie = jar.cookies.define(
                    each.name.get(user),
                    each.value.get(user),
                    each.domain.get(user),
                    each.path.get(user),
                    each.secure,
                    each.expires_s,
                )
                cookie.path_told, cookie.for_subdomains = each.path_told, each.domain_told
                cookie.version = each.version
                if each.value.constant is None:
                    jar.varying.append((cookie, each.value))
        return jar

    def header(self, user: User, target: Target) -> str | None:
        """Give the Cookie field for a request."""
        if self.ignores:
            return None
        if self.keeps is None:
            raise no_policy()
        jar: Jar = user.state.get(self) or self.jar(user)
        if jar.iteration != user.iteration:  # as with all that JMeter evaluates: once in an iteration
            jar.iteration = user.iteration
            for cookie, value in jar.varying:
                jar.cookies.change(cookie, value.get(user))
        origin = target.origin
        return jar.cookies.header_for(origin.host, target.path, origin.scheme == "https")

    def store(self, user: User, set_cookies: Sequence[str], target: Target) -> None:
        """Take the cookies of an answer."""
        if self.ignores:
            return
        jar = self.jar(user).cookies
        for each in set_cookies:
            for cookie in jar.store(each, target.origin.host, target.path):
                if self.saves:
                    user.vars[self.prefix + cookie.name] = cookie.value


    def refusal(self, host: str) -> WireError | None:
        """Give what JMeter says where it looks for the cookies of a host that can be none."""
        if self.keeps is None and not self.ignores:
            return no_policy()
        return None if host.strip() else traced(ILLEGAL_ARGUMENT, "Host may not be blank", 1367)


def no_policy() -> WireError:
    """Give what JMeter says without any policy."""
    return traced(NULL_POINTER, _NO_POLICY, 1030)


def traced(kind: str, text: str, trace_bytes: int) -> WireError:
    """Make an error that comes with a stack trace of some length in JMeter."""
    error = WireError(kind, text)
    error.trace_bytes = trace_bytes
    return error


def is_true(properties: dict[str, str], key: str, default: bool) -> bool:
    """Read a property that is true or false."""
    return properties.get(key, "true" if default else "false").strip().lower() == "true"
