"""What can be wrong with a link: the one table in which OpenSSL's and the system's errors become ours."""

from __future__ import annotations

import enum
import errno

from cryptography import x509
from OpenSSL import SSL

from pyjm.server.wire.contract import in_one_line


class Trouble(enum.Enum):
    """Why a link ended. `OUR_…` is about the certificate of this side, as the other side sees it."""

    CLOSED = "the other side closed the connection"
    RESET = "the connection was cut"
    STALLED = "the other side stopped in the middle of a message"
    NO_ANSWER = "no answer"
    SLOW_HANDSHAKE = "the other side did not finish the TLS handshake"
    OVERSIZED = "a message is larger than it may be"
    MALFORMED = "a message is not of this protocol"
    NOT_TLS = "the other side does not speak TLS"
    FOREIGN = "the certificate of the other side is not trusted here"
    EXPIRED = "the certificate of the other side has expired"
    NOT_YET_VALID = "the certificate of the other side is not valid yet"
    REVOKED = "the certificate of the other side is revoked"
    NOT_ALLOWED = "the certificate of the other side is not one of those that are allowed here"
    OTHER_NAME = "the certificate of the other side is not that of the host that was dialled"
    NO_CERTIFICATE = "the other side shows no certificate"
    OUR_FOREIGN = "the other side does not trust the certificate of this side"
    OUR_EXPIRED = "the other side says that the certificate of this side has expired"
    OUR_REVOKED = "the other side says that the certificate of this side is revoked"
    OUR_NONE = "the other side asks for a certificate and this side has none"
    OLD_TLS = "the two sides have no version of TLS in common"
    TLS = "TLS failed"


FOR_GOOD = frozenset({Trouble.EXPIRED, Trouble.OUR_EXPIRED, Trouble.REVOKED, Trouble.OUR_REVOKED})
"""What another attempt does not mend: a certificate that counted once and does not any more."""


class LinkDown(EOFError):
    """A link that is no more; an EOFError because that is what rpyc takes for the end of a connection."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble.value} ({detail})" if detail else trouble.value)
        self.trouble = trouble
        self.detail = detail


_BY_VERDICT = {
    9: Trouble.NOT_YET_VALID,
    10: Trouble.EXPIRED,
    23: Trouble.REVOKED,
    50: Trouble.NOT_ALLOWED,
    62: Trouble.OTHER_NAME,
}

_BY_REASON = (
    ("alert unknown ca", Trouble.OUR_FOREIGN),
    ("alert certificate unknown", Trouble.OUR_FOREIGN),
    ("alert bad certificate", Trouble.OUR_FOREIGN),
    ("alert unsupported certificate", Trouble.OUR_FOREIGN),
    ("alert decrypt error", Trouble.OUR_FOREIGN),
    ("alert certificate expired", Trouble.OUR_EXPIRED),
    ("alert certificate revoked", Trouble.OUR_REVOKED),
    ("alert protocol version", Trouble.OLD_TLS),
    ("unsupported protocol", Trouble.OLD_TLS),
    ("certificate required", Trouble.OUR_NONE),
    ("did not return a certificate", Trouble.NO_CERTIFICATE),
    ("certificate verify failed", Trouble.FOREIGN),
    ("wrong version number", Trouble.NOT_TLS),
    ("http request", Trouble.NOT_TLS),
    ("packet length too long", Trouble.NOT_TLS),
    ("record layer failure", Trouble.NOT_TLS),
    ("unknown protocol", Trouble.NOT_TLS),
)


def explain_tls(error: SSL.Error, refused: object = None) -> LinkDown:
    """Say what an error of OpenSSL means.

    `refused` is what the context's own check has left at the connection, where it refused a certificate: OpenSSL's
    X509_V_ERR number first, the certificate last. OpenSSL's error itself says only that it was refused.
    """
    if isinstance(error, SSL.ZeroReturnError):
        return LinkDown(Trouble.CLOSED)
    if isinstance(error, SSL.SysCallError):
        return LinkDown(Trouble.RESET if error.args[:1] == (errno.ECONNRESET,) else Trouble.CLOSED)
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else []
    reasons = [str(entry[-1]) for entry in entries]
    for words, trouble in _BY_REASON:
        if any(words in reason for reason in reasons):
            return _refusal(refused) if trouble is Trouble.FOREIGN else LinkDown(trouble)
    if any("unexpected eof" in reason for reason in reasons):
        return LinkDown(Trouble.CLOSED)
    return LinkDown(Trouble.TLS, ", ".join(reasons) or "no reason given")


def _refusal(refused: object) -> LinkDown:
    if not isinstance(refused, tuple) or not refused or not isinstance(refused[-1], x509.Certificate):
        return LinkDown(Trouble.FOREIGN)
    certificate = refused[-1]
    trouble = _BY_VERDICT.get(refused[0], Trouble.FOREIGN)
    name = certificate.subject.rfc4514_string() or "without a name"
    until = f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
    since = f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
    when = {Trouble.EXPIRED: f", until {until}", Trouble.NOT_YET_VALID: f", from {since}"}.get(trouble, "")
    if trouble is Trouble.OTHER_NAME:
        when = f", for {_hosts_of(certificate)}"
    return LinkDown(trouble, in_one_line(name + when))


def _hosts_of(certificate: x509.Certificate) -> str:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
        return "no host"
    shown = [str(name.value) for name in names if isinstance(name, (x509.DNSName, x509.IPAddress))]
    return ", ".join(shown) or "no host"
