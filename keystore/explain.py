"""Say in one line why a TLS connection did not come about."""

from __future__ import annotations

from cryptography import x509
from OpenSSL import SSL

_EXPIRED, _NOT_YET_VALID = 10, 9
_SAME = "give both sides the same keystore, or each the other's certificate in its truststore"

# OpenSSL's reasons, as they are in its errors: first what we found wrong, then what the other side told us.
_REASONS = {
    "peer did not return a certificate": "the other side shows no certificate",
    "wrong version number": "the other side does not speak TLS; is server.rmi.ssl.disable the same on both sides",
    "packet length too long": "the other side does not speak TLS; is server.rmi.ssl.disable the same on both sides",
    "record layer failure": "the other side does not speak TLS; is server.rmi.ssl.disable the same on both sides",
    "http request": "the other side speaks HTTP, not TLS",
    "unexpected eof while reading": "the other side closed the connection in the midst of the handshake",
    "unsupported protocol": "the other side speaks no TLS of version 1.2 or later",
    "unsuitable certificate purpose": "the other side's certificate was made for another purpose",
    "tlsv13 alert certificate required": "the other side wants a certificate and got none",
    "tlsv1 alert unknown ca": f"the other side does not trust our certificate; {_SAME}",
    "sslv3 alert certificate unknown": f"the other side does not trust our certificate; {_SAME}",
    "sslv3 alert bad certificate": f"the other side does not accept our certificate; {_SAME}",
    "ssl/tls alert bad certificate": f"the other side does not accept our certificate; {_SAME}",
    "ssl/tls alert certificate unknown": f"the other side does not trust our certificate; {_SAME}",
    "sslv3 alert certificate expired": "for the other side our certificate has expired; compare the clocks, or make a "
    "new one with `create-rmi-keystore`",
    "ssl/tls alert certificate expired": "for the other side our certificate has expired; compare the clocks, or make "
    "a new one with `create-rmi-keystore`",
}


def explain(connection: SSL.Connection, error: Exception) -> str:
    """Return what `error`, from a handshake or a first read of `connection`, means and what mends it."""
    refused = connection.get_app_data()
    if isinstance(refused, tuple) and len(refused) == 3:
        return _refusal(*refused)
    if isinstance(error, SSL.SysCallError):
        return "the other side closed the connection in the midst of the handshake"
    if isinstance(error, SSL.ZeroReturnError):
        return "the other side closed the connection"
    stack = error.args[0] if error.args else ""
    if not isinstance(stack, list) or not stack:
        return str(stack) or type(error).__name__
    reasons = [str(entry[-1]) for entry in stack]
    return next((_REASONS[reason] for reason in reasons if reason in _REASONS), f"TLS failed: {reasons[-1]}")


def _refusal(fault: int, depth: int, certificate: x509.Certificate) -> str:
    name = certificate.subject.rfc4514_string() or "without a name"
    whose = f"the other side's certificate ({name})" if depth == 0 else f"({name}) in the other side's chain"
    if fault == _EXPIRED:
        when = f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
        return f"{whose} expired on {when}; make a new one with `create-rmi-keystore`"
    if fault == _NOT_YET_VALID:
        return f"{whose} is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC; compare the clocks"
    return f"{whose} is not trusted here; {_SAME}"
