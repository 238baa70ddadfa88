"""HTTP Cookie Manager. Mirrors org.apache.jmeter.protocol.http.control.CookieManager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value
from pyjm.engine.http.cookies import CookieJar
from pyjm.engine.plan.tree import Node

from .cookie_policy import POLICIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.http.connect import Origin
    from pyjm.engine.http.set_cookie import Cookie
    from pyjm.engine.vu.user import User

IGNORE = "ignorecookies"


class Target(Protocol):
    """Where a request goes, as cookies need to know it. `path` is without query."""

    origin: Origin
    path: str


class Written:
    """A cookie of the plan."""

    __slots__ = ("domain", "expires_s", "name", "path", "secure", "value")

    def __init__(self, node: Node, build: Build, where: str) -> None:
        self.name = build.value(node.name or node.text("TestElement.name"), where)
        self.value = build.value(node.text("Cookie.value"), where)
        self.domain = build.value(node.text("Cookie.domain"), where)
        self.path = build.value(node.text("Cookie.path"), where)
        self.secure = node.flag("Cookie.secure")
        expires = node.text("Cookie.expires", "0")
        self.expires_s = int(expires) if expires.lstrip("-").isdigit() else 0


class Jar:
    """One user's cookies of one manager. `varying` are those of the plan whose value is evaluated for each request."""

    __slots__ = ("cookies", "varying")

    def __init__(self, cookies: CookieJar) -> None:
        self.cookies = cookies
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
        self.saves = is_true(properties, "CookieManager.save.cookies", False)
        self.prefix = properties.get("CookieManager.name.prefix", "COOKIE_").strip()
        policy = node.text("CookieManager.policy", "standard").lower()
        self.ignores = policy == IGNORE
        if policy not in POLICIES and not self.ignores:
            build.fault(node.path, f"the cookie policy {policy} is not supported yet", "take standard")
        self.keeps = POLICIES.get(policy, CookieJar)
        if not is_true(properties, "CookieManager.check.cookies", True):
            problem = "CookieManager.check.cookies=false is not supported yet: cookies are checked"
            build.fault(node.path, problem, fatal=False)

    def iteration_start(self, user: User) -> None:
        """Begin anew with the plan's cookies, where the manager or the group says so."""
        clears = not user.same_user if self.by_group.get(user) else self.clears.get(user)
        if clears:
            user.state.pop(self, None)

    def jar(self, user: User) -> Jar:
        """Give a user's cookies."""
        jar: Jar | None = user.state.get(self)
        if jar is None:
            jar = user.state[self] = Jar(self.keeps(self.delete_empty))
            for each in self.written:
                cookie = jar.cookies.define(
                    each.name.get(user),
                    each.value.get(user),
                    each.domain.get(user),
                    each.path.get(user),
                    each.secure,
                    each.expires_s,
                )
                if each.value.constant is None:
                    jar.varying.append((cookie, each.value))
        return jar

    def header(self, user: User, target: Target) -> str | None:
        """Give the Cookie field for a request."""
        if self.ignores:
            return None
        jar: Jar = user.state.get(self) or self.jar(user)
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
            cookie = jar.store(each, target.origin.host, target.path)
            if cookie is not None and self.saves:
                user.vars[self.prefix + cookie.name] = cookie.value


def is_true(properties: dict[str, str], key: str, default: bool) -> bool:
    """Read a property that is true or false."""
    return properties.get(key, "true" if default else "false").strip().lower() == "true"
