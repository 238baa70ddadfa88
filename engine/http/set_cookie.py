"""Read the values of Set-Cookie fields, as laxly as Apache HttpClient 4's standard policy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from time import time

from .dates import HTTP_DATES, java_date

_EQUALS_OR_END = "=;"
_END = ";"
_BLANK = " \t\r\n"


class Cookie:
    """One cookie. `expires_s` is seconds since the epoch, 0 for none; `for_subdomains` says that a domain was given.

    `path_told` says that a path was given, and `version` is 0 for cookies that tell none: other policies look at them.
    """

    __slots__ = (
        "domain",
        "expires_s",
        "for_subdomains",
        "name",
        "path",
        "path_told",
        "secure",
        "value",
        "version",
        "_bare_path",
        "_suffix",
    )

    def __init__(
        self,
        name: str,
        value: str,
        domain: str,
        path: str = "/",
        secure: bool = False,
        expires_s: int = 0,
        for_subdomains: bool = True,
    ) -> None:
        self.name = name
        self.value = value
        self.domain = domain.lower()
        self.path = path
        self.secure = secure
        self.expires_s = expires_s
        self.for_subdomains = for_subdomains
        self.path_told = False
        self.version = 0
        self._bare_path = path[:-1] if len(path) > 1 and path.endswith("/") else path
        self._suffix = self.domain.removeprefix(".")

    def goes_to(self, host: str, path: str, secure: bool) -> bool:
        """Tell whether the cookie belongs to a request. `host` is in lower case, `path` without query."""
        if host != self._suffix and not (self.for_subdomains and within(host, self._suffix)):
            return False
        return self.fits(path, secure)

    def fits(self, path: str, secure: bool) -> bool:
        """Tell whether the cookie belongs to a path of its hosts."""
        if self.secure and not secure:
            return False
        bare = self._bare_path
        return path.startswith(bare) and (bare == "/" or len(path) == len(bare) or path[len(bare)] == "/")

    def __repr__(self) -> str:
        return f"<Cookie {self.name}={self.value!r} {self.domain}{self.path}>"


def within(host: str, domain: str) -> bool:
    """Tell whether a host is a domain's or below it; an address is below nothing."""
    if not host.endswith(domain) or host.replace(".", "").isdigit() or ":" in host:
        return False
    return len(host) == len(domain) or host[-len(domain) - 1 : -len(domain)] == "."


def parse_cookie(set_cookie: str, host: str, path: str, *, strict: bool = False) -> Cookie | None:
    """Read one Set-Cookie value; None if it is none. Whether the host may set it is the jar's to tell.

    `strict` refuses one whose age or date is not as it should be.
    """
    name, at = token(set_cookie, 0, _EQUALS_OR_END)
    if not name or set_cookie[at : at + 1] != "=":
        return None
    value, at = token(set_cookie, at + 1, _END, quotes=True)
    told: dict[str, str | None] = {}
    while at < len(set_cookie) - 1:
        word, at = token(set_cookie, at + 1, _EQUALS_OR_END)
        content = None
        if set_cookie[at : at + 1] == "=":
            content, at = token(set_cookie, at + 1, _END)
        told[word.lower()] = content
    try:
        expires_s = _strict_expiry(told) if strict else _expiry(told)
        domain = _domain(told, host)
    except ValueError:
        return None
    own_path = told["path"] or "/" if "path" in told else default_path(path)
    return Cookie(name, value, domain, own_path, "secure" in told, expires_s, "domain" in told)


def default_path(path: str) -> str:
    """Give the path of a cookie that names none: that of the request up to its last slash."""
    return path[: path.rfind("/")] if path.rfind("/") > 0 else "/"


def _domain(told: dict[str, str | None], host: str) -> str:
    if "domain" not in told:
        return host
    domain = told["domain"]
    if not domain:
        raise ValueError("blank domain")
    return host if domain.endswith(".") else domain.removeprefix(".").lower()


def _expiry(told: dict[str, str | None]) -> int:
    """Seconds since the epoch; 0 for a cookie of the session, which one that is long past must not look like."""
    if "max-age" in told:
        age = told["max-age"] or ""
        if re.fullmatch(r"-?[0-9]{1,10}", age) is None or abs(int(age)) >= 1 << 31:
            return 0
        return int(time()) + int(age) if int(age) >= 0 else 1
    expires = told.get("expires")
    return 0 if expires is None else parse_date(expires)


def _strict_expiry(told: dict[str, str | None]) -> int:
    if "max-age" in told:
        age = int(told["max-age"] or "")
        if age < 0:
            raise ValueError("negative age")
        return int(time()) + age
    return expires_at(told["expires"]) if "expires" in told else 0


def expires_at(text: str | None, patterns: Sequence[re.Pattern[str]] = HTTP_DATES) -> int:
    """Read a date that has to be in one of these forms: seconds since the epoch, at least 1. Raises ValueError."""
    at = java_date(text or "", patterns)
    if at is None:
        raise ValueError("no date")
    return max(int(at), 1)


_DELIMITERS = re.compile(r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[^0-9].*)?")
_DAY = re.compile(r"([0-9]{1,2})(?:[^0-9].*)?")
_YEAR = re.compile(r"([0-9]{2,4})(?:[^0-9].*)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_date(text: str) -> int:
    """Read the date of an Expires attribute: seconds since the epoch, at least 1. Raises ValueError for none."""
    clock = day = month = year = None
    for word in _DELIMITERS.split(text):
        if clock is None and (clock := _TIME.fullmatch(word)):
            continue
        if day is None and (day := _DAY.fullmatch(word)):
            continue
        if month is None and word[:3].lower() in _MONTHS:
            month = _MONTHS.index(word[:3].lower()) + 1
            continue
        if year is None:
            year = _YEAR.fullmatch(word)
    if clock is None or day is None or month is None or year is None:
        raise ValueError("incomplete date")
    number = int(year[1])
    if number < 100:
        number += 1900 if number >= 70 else 2000
    if number < 1601:
        raise ValueError("year before 1601")
    at = datetime(number, month, int(day[1]), int(clock[1]), int(clock[2]), int(clock[3]), tzinfo=UTC)
    return max(int(at.timestamp()), 1)


def token(text: str, at: int, ends: str, quotes: bool = False) -> tuple[str, int]:
    """Read up to one of `ends`: runs of blanks become one, those at the edges none; quotes are taken off if asked."""
    out: list[str] = []
    blank = False
    while at < len(text) and text[at] not in ends:
        if text[at] in _BLANK:
            blank = True
            at += 1
            continue
        if blank and out:
            out.append(" ")
        blank = False
        if quotes and text[at] == '"':
            piece, at = _quoted(text, at + 1)
            out.append(piece)
            continue
        begin = at
        while at < len(text) and text[at] not in ends and text[at] not in _BLANK and not (quotes and text[at] == '"'):
            at += 1
        out.append(text[begin:at])
    return "".join(out), at


def _quoted(text: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    while at < len(text):
        char = text[at]
        at += 1
        if char == '"':
            break
        if char == "\\" and at < len(text):
            if text[at] not in '"\\':
                out.append("\\")
            char = text[at]
            at += 1
        out.append(char)
    return "".join(out), at
