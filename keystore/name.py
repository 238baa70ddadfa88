"""Read a distinguished name as keytool takes it: CN=…, OU=…, O=…, L=…, ST=…, C=…"""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.x509.oid import NameOID

_COUNTRY = re.compile(r"[A-Za-z]{2}")
_PART = re.compile(r'((?:\\.|"(?:\\.|[^"\\])*"|[^,;"\\])*)(?:[,;]|$)', re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{2}(?![0-9a-fA-F])|.)", re.DOTALL)

KINDS = {
    "CN": NameOID.COMMON_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "S": NameOID.STATE_OR_PROVINCE_NAME,
    "C": NameOID.COUNTRY_NAME,
    "DC": NameOID.DOMAIN_COMPONENT,
    "STREET": NameOID.STREET_ADDRESS,
    "UID": NameOID.USER_ID,
    "T": NameOID.TITLE,
    "EMAILADDRESS": NameOID.EMAIL_ADDRESS,
}
UNKNOWN = "Unknown"
"""keytool's word for an answer that was not given; such a part is left out of the certificate."""


class BadName(Exception):
    """Say in one line what is wrong with a distinguished name."""


def parse_name(text: str) -> x509.Name:
    """Return the name written in `text`; as in Java the part that comes first is the last of the certificate's."""
    parts = [match.group(1).strip() for match in _PART.finditer(text) if match.group(1).strip()]
    if not parts or _PART.sub("", text).strip():
        raise BadName(f"{text!r} is no distinguished name; write it as CN=name, O=organization, C=DE")
    return make_name([_pair(part) for part in parts])


def make_name(pairs: list[tuple[str, str]]) -> x509.Name:
    """Return the name of (kind, value) pairs such as ("CN", "load"); values that are empty or Unknown are left out."""
    attributes = [_attribute(kind, value) for kind, value in reversed(pairs) if value not in ("", UNKNOWN)]
    return x509.Name(attributes or [x509.NameAttribute(NameOID.COMMON_NAME, UNKNOWN)])


def is_country(text: str) -> bool:
    """Tell whether `text` can stand in a certificate as a country."""
    return _COUNTRY.fullmatch(text) is not None


def _pair(part: str) -> tuple[str, str]:
    kind, separator, value = part.partition("=")
    kind, value = kind.strip().upper(), value.strip()
    if not separator or kind not in KINDS:
        raise BadName(f"{part!r} in the distinguished name is not one of {'=, '.join(KINDS)}= with a value")
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return kind, _ESCAPE.sub(_plain, value)


def _plain(match: re.Match[str]) -> str:
    escaped = match.group(1)
    return chr(int(escaped, 16)) if len(escaped) == 2 else escaped


def _attribute(kind: str, value: str) -> x509.NameAttribute[str]:
    if kind == "C" and not is_country(value):
        raise BadName(f"the country {value!r} has not two letters, as DE and US have")
    try:
        return x509.NameAttribute(KINDS[kind], value)
    except ValueError as error:
        raise BadName(f"{kind}={value}: {error}") from None
