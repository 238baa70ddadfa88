"""Cookie policies other than JMeter's standard one: those that quote nothing and hold a cookie to its page's path."""

from __future__ import annotations

import re

from pyjm.engine.http.cookies import CookieJar
from pyjm.engine.http.set_cookie import Cookie

_PATH = re.compile(r";\s*path\s*=([^;]*)", re.IGNORECASE)


class NetscapeJar(CookieJar):
    """Keep cookies by JMeter's policy `netscape`: values as they came, and none for a path that the page is not in."""

    __slots__ = ()

    def read(self, set_cookie: str, host: str, path: str) -> Cookie | None:
        read = super().read(set_cookie, host, path)
        if read is None:
            return None
        told = _PATH.search(set_cookie)  # of several the first counts here, of the standard policy's the last
        own = (told[1].strip() or "/") if told else read.path
        if not (path or "/").startswith(own):
            return None
        value = set_cookie.partition(";")[0].partition("=")[2].strip()
        return Cookie(read.name, value, read.domain, own, read.secure, read.expires_s, read.for_subdomains)

    def written(self, cookies: list[Cookie]) -> str:
        return "; ".join([f"{cookie.name}={cookie.value}" for cookie in cookies])


class VersionedJar(NetscapeJar):
    """Keep cookies by JMeter's policies `default`, `compatibility` and `best-match`.

    As long as all cookies of a request are the plan's own they are written as RFC 2965 says: those have a version.
    """

    __slots__ = ("_own",)

    def __init__(self, delete_empty: bool = True) -> None:
        super().__init__(delete_empty)
        self._own: set[Cookie] = set()

    def define(self, name: str, value: str, domain: str, path: str, secure: bool = False, expires_s: int = 0) -> Cookie:
        cookie = super().define(name, value, domain, path, secure, expires_s)
        self._own.add(cookie)
        return cookie

    def written(self, cookies: list[Cookie]) -> str:
        if not all(cookie in self._own for cookie in cookies):
            return super().written(cookies)
        each = [f'{c.name}="{c.value}"; $Path="{c.path}"; $Domain="{c.domain}"' for c in cookies]
        return "; ".join(["$Version=1", *each])


POLICIES: dict[str, type[CookieJar]] = {
    "standard": CookieJar,
    "standard-strict": CookieJar,
    "netscape": NetscapeJar,
    "default": VersionedJar,
    "compatibility": VersionedJar,
    "best-match": VersionedJar,
}
"""JMeter's name of a policy, in lower case → how its cookies are kept."""
