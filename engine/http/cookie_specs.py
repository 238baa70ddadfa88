"""Cookie policies other than JMeter's standard one, as Apache HttpClient 4.5 has them."""

from __future__ import annotations

from functools import cmp_to_key
from time import time

from .cookies import CookieJar
from .dates import RFC_1036
from .set_cookie import Cookie, default_path, expires_at, parse_cookie, token, within

_ENDS = "=;"
_SPECIAL = (".COM", ".EDU", ".NET", ".GOV", ".MIL", ".ORG", ".INT")
NETSCAPE_DATES = (RFC_1036,)

Parameters = list[tuple[str, str | None]]


class StrictJar(CookieJar):
    """Keep cookies by JMeter's policy `standard-strict`: an age or a date that can't be read refuses its cookie."""

    __slots__ = ()

    def read(self, set_cookie: str, host: str, path: str) -> list[Cookie]:
        cookie = parse_cookie(set_cookie, host, path, strict=True)
        return [] if cookie is None or (self._checks and not self.allows(cookie, host, path)) else [cookie]


class DraftJar(CookieJar):
    """Keep cookies as Netscape's draft says: values as they are written, no ages, the plan's order."""

    __slots__ = ()

    def read(self, set_cookie: str, host: str, path: str) -> list[Cookie]:
        parameters, at = [], 0
        while at < len(set_cookie):
            name, at = token(set_cookie, at, _ENDS)
            value = None
            if set_cookie[at : at + 1] == "=":
                value, at = token(set_cookie, at + 1, ";")
            at += 1
            parameters.append((name, value))
        return self.kept([parameters], host, path)

    def kept(self, elements: list[Parameters], host: str, path: str) -> list[Cookie]:
        """Make cookies of what was read: a broken one refuses all, one that is not allowed itself."""
        try:
            cookies = [self.cookie(element, host, path) for element in elements]
        except ValueError:
            return []
        return [cookie for cookie in cookies if not self._checks or self.allows(cookie, host, path)]

    def cookie(self, element: Parameters, host: str, path: str) -> Cookie:
        """Make a cookie. Raises ValueError for a broken one."""
        (name, value), *rest = element or [("", None)]
        if not name:
            raise ValueError("no name")
        told = {key.lower(): text for key, text in reversed(rest)}
        domain = self.domain(told["domain"] or "") if "domain" in told else None
        cookie = Cookie(
            name,
            value or "",
            host if domain is None else domain,
            (told["path"] or "/") if "path" in told else default_path(path),
            "secure" in told,
            self.expires_s(told),
            "domain" in told,
        )
        cookie.path_told = "path" in told
        return cookie

    def domain(self, text: str) -> str | None:
        """Read a domain, None for one that counts as none. Raises ValueError for a blank one."""
        if not text.strip():
            raise ValueError("blank domain")
        return text

    def expires_s(self, told: dict[str, str | None]) -> int:
        """Read when a cookie expires, 0 for never. Raises ValueError for what can't be read."""
        return expires_at(told["expires"], NETSCAPE_DATES) if "expires" in told else 0

    def allows(self, cookie: Cookie, host: str, path: str) -> bool:
        domain = cookie.domain
        if host != domain and not within(host, domain.removeprefix(".")):
            return False
        parts = len([part for part in domain.split(".") if part])
        return "." not in host or parts >= (2 if domain.upper().endswith(_SPECIAL) else 3)

    def goes_to(self, cookie: Cookie, host: str, path: str, secure: bool) -> bool:
        return host.endswith(cookie.domain) and cookie.fits(path, secure)

    def in_order(self, cookies: list[Cookie]) -> list[Cookie]:
        return cookies

    def written(self, cookies: list[Cookie]) -> str:
        return "; ".join([f"{cookie.name}={cookie.value}" for cookie in cookies])


class VersionedJar(DraftJar):
    """Keep cookies by JMeter's policy `rfc2109`: values may be quoted, the field that is sent tells a version."""

    __slots__ = ()

    def read(self, set_cookie: str, host: str, path: str) -> list[Cookie]:
        return self.kept(elements_of(set_cookie), host, path)

    def cookie(self, element: Parameters, host: str, path: str) -> Cookie:
        cookie = super().cookie(element, host, path)
        told = {key.lower(): text for key, text in reversed(element[1:])}
        if "version" in told:
            cookie.version = int((told["version"] or "").strip())
        return cookie

    def expires_s(self, told: dict[str, str | None]) -> int:
        if "max-age" in told:
            age = int(told["max-age"] or "")
            if age < 0:
                raise ValueError("negative age")
            return int(time()) + age
        return expires_at(told["expires"]) if "expires" in told else 0

    def allows(self, cookie: Cookie, host: str, path: str) -> bool:
        if " " in cookie.name or cookie.name.startswith("$") or cookie.version < 0 or not cookie.fits(path, True):
            return False
        domain = cookie.domain
        if domain == host:
            return True
        inner = domain.find(".", 1)
        if not domain.startswith(".") or inner < 0 or inner == len(domain) - 1 or not host.endswith(domain):
            return False
        return "." not in host[: -len(domain)]

    def goes_to(self, cookie: Cookie, host: str, path: str, secure: bool) -> bool:
        domain = cookie.domain
        return (host == domain or (domain.startswith(".") and host.endswith(domain))) and cookie.fits(path, secure)

    def in_order(self, cookies: list[Cookie]) -> list[Cookie]:
        return sorted(cookies, key=cmp_to_key(_deeper_first))

    def written(self, cookies: list[Cookie]) -> str:
        version = min(cookie.version for cookie in cookies)
        quote = '"' if version > 0 else ""
        out = [f"$Version={version}"]
        for cookie in cookies:
            text = f"{cookie.name}={quote}{cookie.value}{quote}"
            text += f"; $Path={quote}{cookie.path}{quote}" if cookie.path_told else ""
            text += f"; $Domain={quote}{cookie.domain}{quote}" if cookie.for_subdomains else ""
            out.append(text)
        return "; ".join(out)


class UnreadJar(VersionedJar):
    """Keep cookies by JMeter's policy `rfc2965`, which takes none of a field Set-Cookie: the plan's own are all."""

    __slots__ = ()

    def read(self, set_cookie: str, host: str, path: str) -> list[Cookie]:
        return []

    def goes_to(self, cookie: Cookie, host: str, path: str, secure: bool) -> bool:
        host = host if "." in host or ":" in host else f"{host}.local"
        return super().goes_to(cookie, host, path, secure) and "." not in host.removesuffix(cookie.domain)


class MixedJar(VersionedJar):
    """Keep cookies by JMeter's policies `default`, `compatibility` and `best-match`: as each cookie's version says."""

    __slots__ = ("_draft",)

    def __init__(self, delete_empty: bool = True, checks: bool = True) -> None:
        super().__init__(delete_empty, checks)
        self._draft = _LaxDraftJar(delete_empty, checks)

    def read(self, set_cookie: str, host: str, path: str) -> list[Cookie]:
        elements = elements_of(set_cookie)
        names = {key.lower() for element in elements for key, _ in element[1:]}
        if "version" in names and "expires" not in names:
            return self.kept(elements, host, path)
        return self._draft.read(set_cookie, host, path)

    def allows(self, cookie: Cookie, host: str, path: str) -> bool:
        return super().allows(cookie, host, path) if cookie.version > 0 else self._draft.allows(cookie, host, path)

    def goes_to(self, cookie: Cookie, host: str, path: str, secure: bool) -> bool:
        if cookie.version > 0:
            return super().goes_to(cookie, host, path, secure)
        return cookie.goes_to(host, path, secure)

    def in_order(self, cookies: list[Cookie]) -> list[Cookie]:
        return super().in_order(cookies) if min(cookie.version for cookie in cookies) > 0 else cookies

    def written(self, cookies: list[Cookie]) -> str:
        if min(cookie.version for cookie in cookies) > 0:
            return super().written(cookies)
        return self._draft.written(cookies)


class _LaxDraftJar(DraftJar):
    """Keep cookies as the mixed policies keep those without a version: domains as the standard policy has them."""

    __slots__ = ()

    def domain(self, text: str) -> str | None:
        domain = super().domain(text)
        return None if domain is None or domain.endswith(".") else domain.removeprefix(".")

    def allows(self, cookie: Cookie, host: str, path: str) -> bool:
        return host == cookie.domain or within(host, cookie.domain)


def elements_of(text: str) -> list[Parameters]:
    """Read a field's value as elements between commas, each of parameters between semicolons; values may be quoted."""
    elements: list[Parameters] = []
    element: Parameters = []
    at = 0
    while at < len(text):
        name, at = token(text, at, "=;,")
        value = None
        if text[at : at + 1] == "=":
            value, at = token(text, at + 1, ";,", quotes=True)
        if name or value is not None or element:
            element.append((name, value))
        if text[at : at + 1] == "," or at >= len(text):
            elements += [element] if element else []
            element = []
        at += 1
    return elements + ([element] if element else [])


def _deeper_first(one: Cookie, other: Cookie) -> int:
    a, b = [path if path.endswith("/") else f"{path}/" for path in (one.path, other.path)]
    return 0 if a == b else -1 if a.startswith(b) else 1 if b.startswith(a) else 0


POLICIES: dict[str, type[CookieJar]] = {
    "standard": CookieJar,
    "standard-strict": StrictJar,
    "netscape": DraftJar,
    "rfc2109": VersionedJar,
    "rfc2965": UnreadJar,
    "default": MixedJar,
    "compatibility": MixedJar,
    "best-match": MixedJar,
}
"""JMeter's name of a policy, in lower case → how its cookies are kept."""
