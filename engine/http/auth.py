"""Challenges of RFC 7235 and what answers them: Basic and Digest (RFC 2617, RFC 7616), as HttpClient writes them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from hashlib import md5, sha1, sha224, sha256, sha384, sha512
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from .body import Pieces

PARAMETER = re.compile(r'(?:^|,)\s*([^=,"]*?)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]+))')
SCHEME = re.compile(r"\s*([^\s,=]+)")


class Hash(Protocol):
    """What takes pieces of data and tells their hash."""

    def update(self, data: bytes, /) -> None:
        """Take a piece."""

    def hexdigest(self) -> str:
        """Tell the hash."""


ALGORITHMS: dict[str, Callable[[], Hash]] = {
    "MD5": lambda: md5(usedforsecurity=False),
    "SHA": lambda: sha1(usedforsecurity=False),
    "SHA-1": lambda: sha1(usedforsecurity=False),
    "SHA-224": sha224,
    "SHA-256": sha256,
    "SHA-384": sha384,
    "SHA-512": sha512,
}
"""Those that Java knows and servers may ask for."""


class Credentials(NamedTuple):
    """A user and a password, and the realm they are for, empty for any."""

    user: str
    password: str
    realm: str = ""


class Challenge(NamedTuple):
    """What a server asks for. `scheme` is in lower case."""

    scheme: str
    parameters: dict[str, str]

    @property
    def realm(self) -> str:
        """What the credentials are to be for."""
        return self.parameters.get("realm", "")


def challenges(fields: Sequence[str]) -> list[Challenge]:
    """Read WWW-Authenticate fields: of several challenges in one HttpClient sees the first."""
    found = []
    for field in fields:
        scheme = SCHEME.match(field)
        if scheme is not None:
            parameters = {
                name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain
                for name, quoted, plain in PARAMETER.findall(field[scheme.end() :])
            }
            found.append(Challenge(scheme[1].lower(), parameters))
    return found


def basic(credentials: Credentials) -> str:
    """Write an Authorization for Basic."""
    text = f"{credentials.user}:{credentials.password}".encode("ascii", "replace")
    return f"Basic {b64encode(text).decode()}"


def digest(
    challenge: Challenge,
    credentials: Credentials,
    method: str,
    uri: str,
    body: bytes | Pieces,
    *,
    count: int = 1,
    client_nonce: str = "",
) -> str | None:
    """Write an Authorization that answers a Digest challenge, None for one that can't be answered.

    `count` says how many times the challenge is answered with the same `client_nonce`, by default a new one.
    """
    asked = challenge.parameters
    algorithm = asked.get("algorithm", "MD5")
    session = algorithm.lower().endswith("-sess")
    chosen = ALGORITHMS.get((algorithm[:-5] if session else algorithm).upper())
    offered = [each.strip().lower() for each in asked.get("qop", "").split(",") if each.strip()]
    quality = next((each for each in ("auth", "auth-int") if each in offered), "")
    if chosen is None or "nonce" not in asked or ("qop" in asked and not quality):
        return None
    if quality == "auth-int" and not body:
        return None

    def hashed(data: bytes) -> str:
        return hash_of(chosen(), (data,))

    realm, nonce, client_nonce = challenge.realm, asked["nonce"], client_nonce or token_hex(8)
    first = hashed(f"{credentials.user}:{realm}:{credentials.password}".encode("latin-1", "replace"))
    if session:
        first = hashed(f"{first}:{nonce}:{client_nonce}".encode("latin-1", "replace"))
    second = f"{method}:{uri}"
    if quality == "auth-int":
        second += f":{hash_of(chosen(), (body,) if isinstance(body, bytes) else body)}"
    middle = f"{nonce}:{count:08x}:{client_nonce}:{quality}" if quality else nonce
    response = hashed(f"{first}:{middle}:{hashed(second.encode('latin-1', 'replace'))}".encode("latin-1", "replace"))
    parts = [
        f"username={quoted(credentials.user)}",
        f"realm={quoted(realm)}",
        f"nonce={quoted(nonce)}",
        f"uri={quoted(uri)}",
        f"response={quoted(response)}",
    ]
    if quality:
        parts += [f"qop={quality}", f"nc={count:08x}", f"cnonce={quoted(client_nonce)}"]
    parts.append(f"algorithm={algorithm}")
    if "opaque" in asked:
        parts.append(f"opaque={quoted(asked['opaque'])}")
    return f"Digest {', '.join(parts)}"


def hash_of(chosen: Hash, pieces: Iterable[bytes]) -> str:
    """Tell the hash of some pieces of data."""
    for piece in pieces:
        chosen.update(piece)
    return chosen.hexdigest()


def quoted(text: str) -> str:
    """Put a text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def answer(
    fields: Sequence[str],
    credentials: Callable[[str], Credentials | None],
    method: str,
    uri: str,
    body: bytes | Pieces,
    *,
    tried_basic: bool,
) -> str | None:
    """Write an Authorization for the strongest challenge that can be answered, None for none.

    A Digest challenge for which there are credentials, but no answer, is asked once more without any: that is empty.
    `credentials` gives those for a realm; `tried_basic` says that Basic credentials were refused already.
    """
    asked = {challenge.scheme: challenge for challenge in reversed(challenges(fields))}
    in_vain: str | None = None
    for scheme in ("digest", "basic"):
        challenge = asked.get(scheme)
        found = credentials(challenge.realm) if challenge is not None else None
        if challenge is None or found is None:
            continue
        if scheme == "digest":
            made = digest(challenge, found, method, uri, body)
            if made is not None:
                return made
            in_vain = ""
        elif not tried_basic:
            return basic(found)
    return in_vain
