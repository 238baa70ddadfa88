"""What goes wrong on the wire, in JMeter's words: the one table from Python's errors to response codes and messages."""

from __future__ import annotations

import ssl

CODE = "Non HTTP response code: "
MESSAGE = "Non HTTP response message: "

SOCKET = "java.net.SocketException"
SOCKET_TIMEOUT = "java.net.SocketTimeoutException"
CONNECT_TIMEOUT = "org.apache.http.conn.ConnectTimeoutException"
REFUSED = "org.apache.http.conn.HttpHostConnectException"
NO_ROUTE = "java.net.NoRouteToHostException"
CONNECT = "java.net.ConnectException"
JAVA_PROTOCOL = "java.net.ProtocolException"
UNKNOWN_HOST = "java.net.UnknownHostException"
NO_RESPONSE = "org.apache.http.NoHttpResponseException"
CLOSED = "org.apache.http.ConnectionClosedException"
TRUNCATED_CHUNK = "org.apache.http.TruncatedChunkException"
BAD_CHUNK = "org.apache.http.MalformedChunkCodingException"
PROTOCOL = "org.apache.http.client.ClientProtocolException"
TOO_LONG = "org.apache.http.MessageConstraintException"
HANDSHAKE = "javax.net.ssl.SSLHandshakeException"
SSL = "javax.net.ssl.SSLException"
ZIP = "java.util.zip.ZipException"
END_OF_FILE = "java.io.EOFException"
MALFORMED_URL = "java.net.MalformedURLException"
URI_SYNTAX = "java.net.URISyntaxException"
BIND = "java.net.BindException"
ILLEGAL_ARGUMENT = "java.lang.IllegalArgumentException"
UNSUPPORTED_SCHEME = "org.apache.http.conn.UnsupportedSchemeException"
INDEX_OUT = "java.lang.ArrayIndexOutOfBoundsException"
OUT_OF_MEMORY = "java.lang.OutOfMemoryError"
INDEX = "java.lang.StringIndexOutOfBoundsException"
IO = "java.io.IOException"
FILE_NOT_FOUND = "java.io.FileNotFoundException"
UNSUPPORTED_CHARSET = "java.nio.charset.UnsupportedCharsetException"
ILLEGAL_CHARSET = "java.nio.charset.IllegalCharsetNameException"
NUMBER_FORMAT = "java.lang.NumberFormatException"
NULL_POINTER = "java.lang.NullPointerException"
EXECUTION = "java.util.concurrent.ExecutionException"


class WireError(Exception):
    """Say that an exchange failed: a failed sample, not a fault of the program.

    `kind` is the Java class JMeter names and `text` its message ("null" where it has none). The instants are those of
    `Response`, 0 where it never came so far; `body_at_ns` is set only if a byte of the body had come, `in_body` once
    the head was there. `request` is what was sent, where that is another one than was asked for. `trace_bytes` is the
    length of Java's stack trace behind it, where it happened in a place that has one of its own; 0 for the usual.
    """

    trace_bytes = 0
    in_body = False

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(kind, text)
        self.kind = kind
        self.text = text
        self.start_ns = 0
        self.connect_end_ns = 0
        self.first_byte_ns = 0
        self.body_at_ns = 0
        self.end_ns = 0
        self.request: bytes | None = None

    @property
    def code(self) -> str:
        """The sample's response code."""
        return CODE + self.kind

    @property
    def message(self) -> str:
        """The sample's response message."""
        return MESSAGE + self.text

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


class TunnelLost(WireError):
    """Say that a proxy was lost before it had answered a CONNECT."""


class Unreached(WireError):
    """Say that no connection to a server, or to the proxy before it, came to stand.

    `secure` says that TLS was to follow; `socks` is the version that a SOCKS proxy was spoken to in, 0 for none.
    """

    def __init__(self, kind: str, text: str, secure: bool = False, socks: int = 0) -> None:
        super().__init__(kind, text)
        self.secure = secure
        self.socks = socks


def no_response(authority: str) -> WireError:
    """Say that the server closed the connection without a byte of an answer. `authority` is host:port."""
    return WireError(NO_RESPONSE, f"{authority} failed to respond")


def lost(error: BaseException | None, authority: str) -> WireError:
    """Translate why an established connection broke; None means that the other side closed it."""
    if error is None:
        return no_response(authority)
    if isinstance(error, ssl.SSLError):
        return tls(error)
    if isinstance(error, TimeoutError):
        return WireError(SOCKET, "Connection timed out")
    if isinstance(error, BrokenPipeError):
        return WireError(SOCKET, "Broken pipe")
    return WireError(SOCKET, "Connection reset")


def idle_end(error: BaseException | None, authority: str) -> WireError:
    """Say what the next request meets on a connection that ended while it was idle."""
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        return WireError(SOCKET, "Connection reset by peer")  # Java's write fails, not its read
    return no_response(authority)


def read_timeout() -> WireError:
    """Say that nothing came for as long as the response timeout."""
    return WireError(SOCKET_TIMEOUT, "Read timed out")


def tls(error: Exception) -> WireError:
    """Translate why TLS could not be set up, or why it broke."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return WireError(HANDSHAKE, f"PKIX path validation failed: {error.verify_message}")
    ended = isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionAbortedError))
    if ended or (isinstance(error, ConnectionResetError) and error.errno is None):  # the loop's word for an early end
        return WireError(HANDSHAKE, "Remote host terminated the handshake")
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        if "_ALERT_" in reason:
            return WireError(HANDSHAKE, f"Received fatal alert: {reason.partition('_ALERT_')[2].lower()}")
        if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"):
            return WireError(SSL, "Unsupported or unrecognized SSL message")
        return WireError(SSL, reason.lower().replace("_", " ") or str(error))
    if isinstance(error, OSError):
        return lost(error, "")
    return WireError(SSL, str(error))


def malformed(what: str = "null") -> WireError:
    """Say that the answer is not HTTP. JMeter shows no reason here."""
    return WireError(PROTOCOL, what)
