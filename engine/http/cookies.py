"""Hot path: a user's cookies, by JMeter's policy `standard`: RFC 6265 as Apache HttpClient 4 reads it, laxly.

Corners that are JMeter's: a cookie that expires after it was stored goes on being sent; a cookie's path need not be
that of the page that sets it; any ending of a host's name may be a domain, `com` included; a cookie set to nothing
is deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import time

from .set_cookie import Cookie, parse_cookie, within

_SPECIAL = re.compile(r'[ ",;\\]')
_MEMO_MAX = 64


class CookieJar:
    """Keep one user's cookies in the order they came.

    `delete_empty` is CookieManager.delete_null_cookies, `checks` CookieManager.check.cookies.
    """

    __slots__ = ("_checks", "_cookies", "_delete_empty", "_memo")

    def __init__(self, delete_empty: bool = True, checks: bool = True) -> None:
        self._checks = checks
        self._cookies: list[Cookie] = []
        self._memo: dict[tuple[str, str, bool], str | None] = {}
        self._delete_empty = delete_empty

    def header_for(self, host: str, path: str, secure: bool) -> str | None:
        """Give the value of the Cookie field for a request, None for no field.

        Longer paths come first, among equals the older cookie. `path` is that of the URL, with or without its query.
        """
        key = (host, path, secure)
        try:
            return self._memo[key]
        except KeyError:
            pass
        header = self._header(host.lower(), path.partition("?")[0] or "/", secure) if self._cookies else None
        if len(self._memo) >= _MEMO_MAX:
            self._memo.clear()
        self._memo[key] = header
        return header

    def _header(self, host: str, path: str, secure: bool) -> str | None:
        found = [cookie for cookie in self._cookies if self.goes_to(cookie, host, path, secure)]
        return self.written(self.in_order(found)) if found else None

    def goes_to(self, cookie: Cookie, host: str, path: str, secure: bool) -> bool:
        """Tell whether a cookie belongs to a request; another policy says otherwise."""
        return cookie.goes_to(host, path, secure)

    def in_order(self, cookies: list[Cookie]) -> list[Cookie]:
        """Give cookies in the order in which they are sent; another policy has another one."""
        return sorted(cookies, key=_by_path)

    def written(self, cookies: list[Cookie]) -> str:
        """Write cookies as the value of a Cookie field; another policy writes them otherwise."""
        return "; ".join([f"{cookie.name}={_written(cookie.value)}" for cookie in cookies])

    def read(self, set_cookie: str, host: str, path: str) -> list[Cookie]:
        """Read a Set-Cookie value, without what is refused; another policy reads it otherwise."""
        cookie = parse_cookie(set_cookie, host, path)
        return [] if cookie is None or (self._checks and not self.allows(cookie, host, path)) else [cookie]

    def allows(self, cookie: Cookie, host: str, path: str) -> bool:
        """Tell whether a host may set a cookie; another policy says otherwise."""
        return host == cookie.domain or within(host, cookie.domain)

    def store(self, set_cookie: str, host: str, path: str) -> list[Cookie]:
        """Take one Set-Cookie value from an answer to a request for that host and path.

        Returns the cookies that are kept now: none where it is refused, or deletes one.
        """
        kept = []
        for cookie in self.read(set_cookie, host.lower(), path.partition("?")[0]):
            if cookie.expires_s and cookie.expires_s < int(time()):
                self.remove(cookie)
            elif self.put(cookie):
                kept.append(cookie)
        return kept

    def put(self, cookie: Cookie) -> bool:
        """Keep a cookie in place of the one of its name, domain and path; return whether it was kept."""
        self.remove(cookie)
        if self._delete_empty and not cookie.value:
            return False
        self._cookies.append(cookie)
        return True

    def define(self, name: str, value: str, domain: str, path: str, secure: bool = False, expires_s: int = 0) -> Cookie:
        """Keep a cookie written in the plan, an empty one too."""
        self._memo.clear()
        cookie = Cookie(name, value, domain, path, secure, expires_s)
        cookie.version = 1
        self._cookies.append(cookie)
        return cookie

    def change(self, cookie: Cookie, value: str) -> None:
        """Give a kept cookie another value in its place."""
        if cookie.value != value:
            cookie.value = value
            self._memo.clear()

    def remove(self, like: Cookie) -> None:
        """Forget the cookie of that one's name, domain and path."""
        self._memo.clear()
        same = (like.name, like.domain, like.path)
        self._cookies = [kept for kept in self._cookies if (kept.name, kept.domain, kept.path) != same]

    def clear(self) -> None:
        """Forget all cookies, the plan's too."""
        self._cookies.clear()
        self._memo.clear()

    def __iter__(self) -> Iterator[Cookie]:
        return iter(self._cookies)

    def __len__(self) -> int:
        return len(self._cookies)


def _by_path(cookie: Cookie) -> int:
    return -len(cookie.path)


def _written(value: str) -> str:
    if _SPECIAL.search(value) is None:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
