"""The command pyjm: JMeter's options in JMeter's forms. Each part of it is loaded only where it is needed."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import typer

from pyjm.properties import PropertiesError
from pyjm.properties.layers import HALF_A_PROXY
from pyjm.properties.options import CommandLine, UsageError, describe, parse

if TYPE_CHECKING:
    from pyjm.properties import Settings

    from .collect import Collector
    from .member import Member
    from .order import Order, Say
    from .session import Crew
    from .taking import Record

LOG = "jmeter.log"
RESUMED_LOG = "jmeter-resumed.log"

USAGE = """pyjm runs Apache JMeter test plans, on this machine or on many.

  pyjm -n -t plan.jmx [-l results.jtl] [-j run.log]      on this machine
  pyjm -n -t plan.jmx -r | -R host,host:port [-X]        on servers, each of which runs the whole plan
  pyjm --check -t plan.jmx -r | -R host,host:port        look over the servers and the plan on them, start nothing
  pyjm --resume RUN                                      go on with such a run whose pyjm has crashed
  pyjm-server | pyjm -s                                  be such a server
  pyjm --write-properties DIR                            write the property files to edit
"""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command(add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def pyjm(context: typer.Context) -> None:
    """Run JMeter test plans."""
    # no declared parameter: typer loads pydantic for one, which takes longer than all else up to the first sample
    raise typer.Exit(run(context.args, os.environ))


def main() -> None:
    """Run the command. All that stands behind `--` reaches it as it is: the forms of options are JMeter's."""
    app(args=["--", *sys.argv[1:]], prog_name="pyjm")


def say(text: str) -> None:
    """Write one line to the console, whole, whatever thread it comes from."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Do what a command line asks for; gives the exit status."""
    try:
        line = parse(arguments)
    except UsageError as error:
        # JMeter's own: both before and after the usage, and no error status
        typer.echo(f"Error: {error}", err=True)
        say(f"Usage\n{describe()}\nError: {error}")
        return 0
    if line.has("v"):
        say(f"{version()}\n{core()}")
    elif line.has("h") or line.has("?"):
        say(f"{version()}\n\n{USAGE if line.has('h') else ''}\n{describe()}")
    elif line.has("write-properties"):
        return write_properties(line.value("write-properties") or "")
    else:
        return run_something(line, arguments, environ)
    return 0


def run_something(line: CommandLine, arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the server or a test."""
    missing = line.missing()
    if missing:
        names = ", ".join(dict.fromkeys(kind.both for kind in missing))
        say(f"An error occurred: pyjm does not have {names} yet")
        return 1
    if line.strays():
        say(f"An error occurred: Unknown arg: {line.strays()[0]}")
        return 1
    if line.has("s"):
        return serve(arguments)
    if line.has("join"):
        say("An error occurred: --join makes a server join a controller: use it with pyjm-server")
        return 1
    if not any(map(line.has, ("n", "resume", "check"))):
        say("pyjm has no window: run a test plan with -n -t plan.jmx, make and change plans with JMeter's window")
        say(f"\n{USAGE}\n{describe()}")
        return 1
    return run_test(line, arguments, environ)


def version() -> str:
    """Tell the version, and of which JMeter the behaviour is."""
    from pyjm.properties.layers import JMETER_VERSION
    from pyjm.properties.release import PRODUCT

    return f"{PRODUCT}, compatible with Apache JMeter {JMETER_VERSION}"


def core() -> str:
    """Tell in which form the code on the way of a sample runs."""
    from pyjm.engine import COMPILED_CORE

    return f"compiled core: {COMPILED_CORE}"


def write_properties(folder: str) -> int:
    """Write an editable copy of the shipped property files."""
    from pyjm.properties import write_copy

    try:
        for path in write_copy(folder):
            say(f"Wrote {path}")
    except PropertiesError as error:
        say(f"An error occurred: {error}")
        return 1
    return 0


def serve(arguments: Sequence[str]) -> int:
    """Be a server: what pyjm-server does with the same options."""
    # by name: the controller knows nothing of the server but the wire, this only starts another program
    server = import_module("pyjm.server.cli")
    return int(server.run(arguments))


def run_test(line: CommandLine, arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Read the properties, open the log, run the plan."""
    from pyjm.engine.run import runlog
    from pyjm.properties import Settings
    from pyjm.properties.launch import java_options

    if line.has("H") != line.has("P"):
        say(f"Incorrect Usage:{HALF_A_PROXY}\n{describe()}")
        return 0
    given, ignored = java_options(environ)
    try:
        settings = Settings.load([*given, *line], home=line.value("d"), propfile=line.value("p"), environ=environ)
    except PropertiesError as error:
        say(f"An error occurred: {error}")
        return 1
    name = line.value("j") or (RESUMED_LOG if line.has("resume") else LOG)
    try:
        handler = runlog.begin(name, settings.log_levels, [*settings.notes, *((30, text) for text in ignored)])
    except OSError as error:
        say(f"An error occurred: The log {name} can't be written: {error.strerror}")
        return 1
    log = logging.getLogger("pyjm.client")
    log.info("%s", version())
    log.info("Python %s on %s, %s processors", sys.version.split()[0], sys.platform, os.cpu_count())
    log.info("%s", core())
    log.info("user.dir  =%s", settings.system["user.dir"])
    try:
        if line.has("check"):
            from .doctor import run_check

            return run_check(line, settings, say)
        return run_session(line, settings, arguments, environ)
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def run_session(line: CommandLine, settings: Settings, arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one test, or take one up."""
    from .member import MemberError
    from .session import Session

    if line.has("resume"):
        from .resume import resume

        return resume(line.value("resume") or "", environ, settings, make_order, say)
    try:
        order = make_order(line, settings)
    except MemberError as error:
        say(f"An error occurred: {error}")
        return 1
    if order is None:
        say(f"Incorrect Usage:Non-GUI runs require a test plan\n{describe()}")
        return 0
    if order.hosts is None:
        return Session(order, settings, say, make_members, make_crew).run()
    from .journal import Journal, run_folder
    from .muster import Muster

    journal = Journal(run_folder(settings), arguments, environ)
    with Muster(settings, say) as muster:
        crew = partial(make_crew, record=journal.record)
        return Session(order, settings, say, muster.members, crew, journal, muster.gather).run()


def make_order(line: CommandLine, settings: Settings) -> Order | None:
    """Write down what the user asked for; None without a plan. No window means no last plan that LAST could mean."""
    from .order import Order

    plan = line.value("t")
    if not plan or plan == "LAST":
        return None
    hosts: list[str] | None = None
    written = line.value("R")
    if written is None and line.has("r"):
        from .expected import servers_of

        written = servers_of(settings)
    if written is not None:
        hosts = [host for part in written.split(",") if (host := part.strip())]
    standbys: tuple[str, ...] = ()
    if hosts is not None:
        from .expected import join_port
        from .load import Load
        from .loss import OnLoss

        standbys = OnLoss.of(settings, hosts).standbys
        joining = join_port(settings) > 0
        Load.of(settings, hosts, joining=joining)  # what is wrong with it is said before anything is done
    return Order(plan, line.value("l"), hosts, line.has("f"), line.has("X"), standbys)


def make_members(order: Order, settings: Settings) -> list[Member]:
    """Make this machine the member of the run."""
    from pyjm.engine.run.parent import Engine

    from .local import Local

    return [Local(Engine())]


def make_crew(
    order: Order,
    settings: Settings,
    members: list[Member],
    collector: Collector,
    say: Say,
    record: Record = lambda index, number, outcome: None,
) -> Crew:
    """Put the members together."""
    from .configuring import Policy
    from .fleet import Fleet
    from .load import Load
    from .loss import OnLoss

    if order.hosts is None:
        return Fleet(members, collector.add, say)
    on_loss, load = OnLoss.of(settings, list(order.hosts)), Load.of(settings, order.hosts)
    return Fleet(members, collector.add, say, Policy.of(settings), on_loss, record, collector.handing, load)
