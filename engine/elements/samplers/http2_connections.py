"""The connections of each user where HTTP/2 is asked for. h2 is loaded when the first is made, not with this module."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from .http_certificates import Certificates
from .http_connections import Connections
from .http_way import run_socks

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.http.connect import Dialler
    from pyjm.engine.http.proxy import Login
    from pyjm.engine.http.sessions import Sessions
    from pyjm.engine.http.table import Table

OFFERED = ["h2", "http/1.1"]
"""What handshakes offer (ALPN), in the order in which it is wished for."""


class OfferingCertificates(Certificates):
    """What users show to servers, in handshakes that offer HTTP/2."""

    def __init__(self, build: Build) -> None:
        super().__init__(build)
        make = self.new

        def offering() -> ssl.SSLContext:
            context = make()
            context.set_alpn_protocols(OFFERED)
            return context

        self.new = offering
        self.shared = self.plain = offering()


class Http2Connections(Connections):
    """What all requests by HTTP/2 of a worker share."""

    def __init__(self, build: Build, prior_knowledge: bool) -> None:
        from pyjm.engine.http.http2_connection import Multiplexing
        from pyjm.engine.http.http2_table import Http2ProxyTable, Http2Table

        self.connection_kind = Multiplexing
        self.plain_kind = Http2Table
        self.proxy_kind = Http2ProxyTable
        self.prior_knowledge = prior_knowledge
        super().__init__(build.properties, OfferingCertificates(build), run_socks(build))

    def _table(self, dialler: Dialler, sessions: Sessions, login: Login | None = None) -> Table:
        kind = self.plain_kind if login is None else self.proxy_kind
        table = kind(dialler, sessions, self.validate_s, login, self.prior_knowledge)
        table.retries = self.retries
        return table
