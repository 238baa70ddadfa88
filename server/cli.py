"""The command pyjm-server: JMeter's jmeter-server, its options, lines, log and end."""

from __future__ import annotations

import datetime
import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from pyjm.engine.run import runlog
from pyjm.engine.run.folder import sweep
from pyjm.engine.run.metrics import MetricsError
from pyjm.engine.run.parent import Engine
from pyjm.keystore.context import KeystoreError, allowed_names, expiry_warning, own_keystore, server_context
from pyjm.properties import PropertiesError, Settings
from pyjm.properties.launch import server_options
from pyjm.properties.options import CommandLine, UsageError, describe, parse
from pyjm.properties.release import PRODUCT
from pyjm.server.host import Host
from pyjm.server.joining import Joiner
from pyjm.server.lease import ACTIONS
from pyjm.server.links import Links
from pyjm.server.listen import Listener
from pyjm.server.metrics import shown
from pyjm.server.run import Run
from pyjm.server.wire.address import Address, BadAddress, read_address
from pyjm.server.wire.contract import PROTOCOL, Limits
from pyjm.server.wire.port import open_port

log = logging.getLogger("pyjm.server")

LOG = "jmeter-server.log"
GRACE_S = 1.0
NO_TLS = "server.rmi.ssl.disable=true: nothing is encrypted, and anybody who reaches this port can use this server"

USAGE = """pyjm-server offers this machine to pyjm -n -t plan.jmx -R <this machine>.

  pyjm-server [-Dserver_port=1099] [-Jproperty=value] [-j jmeter-server.log]      SERVER_PORT sets the port as well
  pyjm-server --join HOST:PORT                         dial the controller (its pyjm.join_port), and open no port
  pyjm-server --no-scripts                             refuse plans that start processes or run scripts
"""


class NoStart(Exception):
    """A server that can't start: one line."""


def main() -> None:
    """Run the command."""
    sys.exit(run(sys.argv[1:]))


def say(text: str) -> None:
    """Write one line to the console, whole, whatever thread it comes from."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Write one line to the error console."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def run(arguments: Sequence[str], environ: Mapping[str, str] | None = None) -> int:
    """Be a server until it is told to end; gives the exit status."""
    try:
        line = parse(arguments)
    except UsageError as error:  # as JMeter, which calls that no failure
        complain(f"Error: {error}")
        say(f"Usage\n{describe()}\nError: {error}")
        return 0
    if line.has("v"):
        say(PRODUCT)
        return 0
    if line.has("h") or line.has("?"):
        say(f"{USAGE}\n{describe()}")
        return 0
    try:
        return serve(line, os.environ if environ is None else environ)
    except NoStart as error:
        complain(f"Server failed to start: {error}")
        return 1


def serve(line: CommandLine, environ: Mapping[str, str]) -> int:
    """Read the properties, open the log and the ports, and serve."""
    for kind in line.missing():
        raise NoStart(f"pyjm does not have {kind.both} yet")
    for stray in line.strays():
        raise NoStart(f"Unknown arg: {stray}")
    given, ignored = server_options(environ)
    try:
        settings = Settings.load([*given, *line], home=line.value("d"), propfile=line.value("p"), environ=environ)
    except PropertiesError as error:
        raise NoStart(str(error)) from error
    name = line.value("j") or LOG
    try:
        notes = [*settings.notes, *((logging.WARNING, text) for text in ignored)]
        handler = runlog.begin(name, settings.log_levels, notes)
    except OSError as error:
        raise NoStart(f"the log {name} can't be written: {error.strerror}") from error
    if line.has("no-scripts"):
        settings.jmeter["pyjm.no_scripts"] = "true"
    if line.has("join"):
        settings.jmeter["pyjm.join"] = line.value("join") or "-"
    threading.excepthook = _note_broken_thread
    try:
        with shown(settings) as on_run:
            return serve_with(settings, on_run)
    except (NoStart, MetricsError) as error:
        log.error("Giving up, as server failed with: %s", error)
        raise NoStart(str(error)) from None
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def serve_with(settings: Settings, on_run: Callable[[Run], None] = lambda run: None) -> int:
    """Serve with these properties until a signal or a controller ends it; `on_run` is told of each test."""
    try:
        allowed = allowed_names(settings, "pyjm.allowed_controllers")
        tls = server_context(settings)
        store = own_keystore(settings)
    except KeystoreError as error:
        raise NoStart(str(error)) from error
    warning = NO_TLS if store is None else expiry_warning(store, datetime.datetime.now(datetime.UTC))
    if warning:
        log.warning("%s", warning)
        say(f"Warning: {warning}")
    lease_s = settings.decimal("pyjm.lease")
    if lease_s <= 0:
        raise NoStart(f"pyjm.lease={lease_s:g} is no time; write seconds, more than 0")
    action = settings.text("pyjm.lease_action")
    if action not in ACTIONS:
        raise NoStart(f"pyjm.lease_action={action} is none; write {' or '.join(ACTIONS)}")
    joins = controller_of(settings)
    ports = [] if joins else open_ports(settings)
    about = {"product": PRODUCT, "protocol": PROTOCOL, "data_port": data_port(ports)}
    sweep()
    host = Host(settings, Engine, say, lease_s)
    host.on_run = on_run
    host.certificate = store.certificate if store is not None else None
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: _end(host, received, _frame))
    reached: Listener | Joiner
    if joins:
        silent_s = settings.decimal("pyjm.loss_timeout")
        reached = Joiner(Links(host, tls, about, Limits(), allowed), joins, own_name(settings), silent_s, say)
    else:
        reached = Listener(host, ports, tls, about, Limits(), allowed)
    if ports:
        announce(ports, settings)
    while not host.leaving.wait(0.5):  # in slices: on Windows a wait without end keeps signals waiting too
        pass
    reached.close(GRACE_S)
    host.close()
    if host.exit_asked and settings.flag("jmeterengine.remote.system.exit"):
        say(f"Bye from {host.last_name}")
    log.info("The server has ended")
    return 0


def open_ports(settings: Settings) -> list[socket.socket]:
    """Open the port of the server, and a second one for the data link where server.rmi.localport says so."""
    port = settings.whole("server_port") or settings.whole("server.rmi.port")
    local = settings.whole("server.rmi.localport")
    numbers = [port, local] if local > 0 and local != port else [port]
    for number in numbers:
        if not 0 <= number < 65536:
            raise NoStart(f"there is no port {number}")
    ports: list[socket.socket] = []
    for number in numbers:
        try:
            ports.append(open_port(number))
        except OSError as error:
            for opened in ports:
                opened.close()
            raise NoStart(_port_fault(number, error)) from error
    return ports


def data_port(ports: Sequence[socket.socket]) -> int:
    """Tell the port of the data link where it is not that of the control link."""
    return int(ports[1].getsockname()[1]) if len(ports) > 1 else 0


def announce(ports: Sequence[socket.socket], settings: Settings) -> None:
    """Say that the server is there, in the words that scripts wait for."""
    if len(ports) > 1:
        say(f"Using local port: {data_port(ports)}")
    port = ports[0].getsockname()[1]
    say(f"Created remote object: pyjm-server [endpoint:[{own_name(settings)}:{port}]]")
    log.info("Listening on port %d", port)


def own_name(settings: Settings) -> str:
    """Give the name of this machine for others."""
    return settings.system.get("java.rmi.server.hostname") or socket.gethostname()


def controller_of(settings: Settings) -> Address | None:
    """Read where the controller is that this server joins; None where it is to be dialled."""
    text = settings.text("pyjm.join")
    if not text:
        return None
    try:
        address = read_address(text, 0)
    except BadAddress:
        address = None
    if address is None or not address.port:
        raise NoStart(f"--join {text} is no address; write host:port of the controller, whose pyjm.join_port that is")
    return address


def _port_fault(port: int, error: OSError) -> str:
    number = error.errno
    if number == errno.EADDRINUSE:
        return f"port {port} is in use; end what listens there, or choose another with -Dserver_port=<port>"
    if number == errno.EACCES:
        return f"port {port} may not be used by this user; choose one above 1023 with -Dserver_port=<port>"
    return f"port {port} can't be listened on: {error}"


def _end(host: Host, received: int, _frame: FrameType | None) -> None:
    log.info("Signal %s", signal.Signals(received).name)
    host.leaving.set()


def _note_broken_thread(arguments: threading.ExceptHookArgs) -> None:
    """Keep tracebacks in the log; the console gets one line."""
    thread = arguments.thread.name if arguments.thread is not None else "a thread"
    if arguments.exc_value is not None:
        log.critical("%s broke", thread, exc_info=arguments.exc_value)
    complain(f"An internal error in {thread}: {arguments.exc_value!r}; the log has the details")
