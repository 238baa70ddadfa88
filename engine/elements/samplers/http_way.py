"""The way of an HTTP Request to its server: through which proxy, from which address. Mirrors HTTPHCAbstractImpl."""

from __future__ import annotations

import os
import re
import socket
from functools import lru_cache
from getpass import getuser
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from pyjm.engine.http.errors import ILLEGAL_ARGUMENT, INDEX_OUT, UNKNOWN_HOST, WireError
from pyjm.engine.http.names import NoSuchHost, is_address, local_lookup
from pyjm.engine.http.proxy import Proxy, RunProxy
from pyjm.engine.http.socks import ALWAYS_WITHOUT, PORT, Socks, patterns

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.user import User

HOST = 0
SOURCES = "pyjm.http.source_addresses"
LOCAL_ADDRESS = "httpclient.localaddress"
_SOURCES_MAX = 4096
_KEYS = ("proxyHost", "proxyPort", "proxyUser", "proxyPass", "ipSource", "ipSourceType")
_FAMILIES = ((), (socket.AF_INET6, socket.AF_INET), (socket.AF_INET,), (socket.AF_INET6,))
"""Where a device's address may come from, by ipSourceType: of both, Java gives those of IPv6 first."""

_CLASSES = ("", "InetAddress", "Inet4Address", "Inet6Address")
_ODD = re.compile(r"(?=.*0[xX])(?:0[xX][0-9a-fA-F]+|[0-9]+)(?:\.(?:0[xX][0-9a-fA-F]+|[0-9]+)){0,3}").fullmatch
"""Addresses that Java refuses to read, as others would read them in different ways."""

_SHORT = re.compile(r"\d+(?:\.\d+){0,3}").fullmatch


class Way(NamedTuple):
    """How to get to servers: by the plan's proxy, else by that of the run; from the address `source`, if there is one.

    `wrong` is why there is no such address: class and message of the failure.
    """

    proxy: Proxy | None
    run: RunProxy | None
    source: str
    wrong: tuple[str, str] | None

    def proxy_for(self, host: str) -> Proxy | None:
        """Give the proxy for a host."""
        if self.proxy is not None or self.run is None:
            return self.proxy
        return self.run.of(host)

    def check_proxy(self) -> None:
        """Raise WireError for a proxy whose name is none."""
        if self.proxy is not None and any(each.isspace() for each in self.proxy.host):
            raise WireError(ILLEGAL_ARGUMENT, "Host name may not contain blanks")

    def check_source(self) -> None:
        """Raise WireError for a source address that is none."""
        if self.wrong is not None:
            raise WireError(*self.wrong)


class Ways:
    """The properties of an HTTP Request that say which way to go. `always` is the way of all samples if `constant`."""

    __slots__ = ("_domain", "_proxy", "_run", "_values", "always", "constant")

    def __init__(self, node: Node, build: Build, run: RunProxy | None, agent: str | None) -> None:
        self._run = run
        scheme = node.props.get("HTTPSampler.proxyScheme")
        default = build.system.get("http.proxyScheme", "http")
        written = [node.text(f"HTTPSampler.{key}") for key in _KEYS]
        written.append(default if scheme is None else node.text("HTTPSampler.proxyScheme"))
        self._values = [build.value(text, node.path) for text in written]
        self._domain = build.properties.get("http.proxyDomain", "")
        self._proxy = Proxy("", 0, agent=agent or "")
        texts = [value.constant for value in self._values]
        self.constant = None not in texts and not is_name(texts[4] or "", texts[5] or "")
        self.always = self._way(tuple(text or "" for text in texts)) if self.constant else None

    def get(self, user: User) -> Way | None:
        """Give the way of a sample, None for straight to the server."""
        return self._way(tuple(value.get(user) for value in self._values))

    def _way(self, texts: tuple[str, ...]) -> Way | None:
        host, port_text, name, password, source, kind, scheme = texts
        proxy, port = None, whole(port_text)
        if host.strip() and port > 0:
            user = login_name(name, self._domain)
            proxy = self._proxy._replace(host=host, port=port, scheme=scheme, user=user, password=password)
        if source.strip():
            address, wrong = source_address(source, whole(kind))
        else:
            address, wrong = "", None
        if proxy is None and self._run is None and not address and wrong is None:
            return None
        return Way(proxy, self._run, address, wrong)


def run_proxy(build: Build, agent: str | None) -> RunProxy | None:
    """Give the proxy of the whole run, as the system properties and -H name it; None for none."""
    system = build.system
    port_text = system.get("http.proxyPort", "0")
    port = whole(port_text)
    if not port and port_text.strip("0"):
        build.fault("", f"the system property http.proxyPort: {port_text} is no port", "set a number")
    host = system.get("http.proxyHost", "")
    if not host or port <= 0:
        return None
    properties = build.properties
    name = login_name(properties.get("http.proxyUser", ""), properties.get("http.proxyDomain", ""))
    scheme = system.get("http.proxyScheme", "http")
    proxy = Proxy(host, port, scheme, name, properties.get("http.proxyPass", ""), agent or "")
    return RunProxy(proxy, system.get("http.nonProxyHosts", ""))


def run_socks(build: Build) -> Socks | None:
    """Give the SOCKS proxy that the system properties name; None for none. Mirrors DefaultProxySelector of Java."""
    system = build.system
    host = system.get("socksProxyHost", "")
    if not host:
        return None
    listed = system.get("socksNonProxyHosts")
    without = ALWAYS_WITHOUT if listed is None else f"{listed}|{ALWAYS_WITHOUT}" if listed else ""
    port = whole(system.get("socksProxyPort", "")) or PORT
    version = 4 if whole(system.get("socksProxyVersion", "")) == 4 else 5
    user = system.get("java.net.socks.username") or getuser()
    password = system.get("java.net.socks.password", "")
    if len(user) > 255 or len(password) > 255:
        build.fault("", "the user and the password for a SOCKS proxy have 255 characters at most", "shorten them")
    return Socks(host, port, version, user, password, patterns(without))


def source_addresses(build: Build) -> list[str]:
    """Give the addresses that users connect from, by turns, as a property lists them: none for the system's choice."""
    found: list[str] = []
    own = build.properties.get(LOCAL_ADDRESS, "").strip()
    if own and not build.properties.get(SOURCES, "").strip():
        try:
            return [written_address(own) or local_lookup(own)[0]]
        except NoSuchHost:
            build.fault("", f"the property {LOCAL_ADDRESS}={own} names no address: it is passed over", fatal=False)
    for each in filter(None, build.properties.get(SOURCES, "").replace(" ", "").split(",")):
        first, _, last = each.partition("-")
        try:
            begin, end = ip_address(first), ip_address(last or first)
            wrong = begin.version != end.version or not 0 <= int(end) - int(begin) < _SOURCES_MAX
        except ValueError:
            wrong = True
        if wrong:
            build.fault("", f"the property {SOURCES}: {each} is no address, or range of them", "10.0.0.1-10.0.0.9")
            continue
        found += [str(begin + at) for at in range(int(end) - int(begin) + 1)]
    for address in found:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            try:
                tried.bind((address, 0))
            except OSError as error:
                why = os.strerror(error.errno) if error.errno else str(error)
                build.fault("", f"the property {SOURCES}: {address}: {why}", "name addresses of this machine")
    return found


def is_name(source: str, kind: str) -> bool:
    """Tell whether a source is a name, which is looked up for each sample."""
    try:
        return bool(source.strip()) and whole(kind) == HOST and not written_address(source)
    except NoSuchHost:
        return False


def login_name(user: str, domain: str) -> str:
    """Write a user's name as JMeter shows it to a proxy, with the domain that the property http.proxyDomain names."""
    return f"{domain.upper()}\\{user}" if user and domain else user


def whole(text: str) -> int:
    """Read a whole number as JMeter reads those properties: 0 for what is none."""
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,10}", text) else 0


def source_address(source: str, kind: int) -> tuple[str, tuple[str, str] | None]:
    """Find the address that a source names, or class and message of the failure to."""
    if not 0 <= kind < len(_FAMILIES):
        return "", (INDEX_OUT, f"Index {kind} out of bounds for length {len(_FAMILIES)}")
    if kind == HOST:
        try:
            return written_address(source) or local_lookup(source)[0], None
        except NoSuchHost as error:
            return "", (UNKNOWN_HOST, str(error))
    return device_address(source, kind)


@lru_cache(256)
def device_address(source: str, kind: int) -> tuple[str, tuple[str, str] | None]:
    """Find the first address of a network device, or class and message of the failure to."""
    import psutil

    device = psutil.net_if_addrs().get(source)
    if device is None:
        return "", (UNKNOWN_HOST, f"Cannot find interface {source}")
    found = [each.address for family in _FAMILIES[kind] for each in device if each.family == family]
    if not found:
        return "", (UNKNOWN_HOST, f"Interface {source} does not have address of type {_CLASSES[kind]}")
    return found[0], None


def written_address(text: str) -> str:
    """Read an address as Java does, short forms included; empty for a name. Raises NoSuchHost for what is neither."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if is_address(bare):
        return bare
    if _ODD(bare):
        raise NoSuchHost(text, remembered=True)
    if bare != bare.strip():
        raise NoSuchHost(text, remembered=False)
    if _SHORT(bare):
        *firsts, last = map(int, bare.split("."))
        rest = 4 - len(firsts)
        if last < 256**rest and all(each < 256 for each in firsts):
            return socket.inet_ntoa(bytes(firsts) + last.to_bytes(rest, "big"))
    return ""
