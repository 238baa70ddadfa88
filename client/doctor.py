"""pyjm-doctor, or pyjm --check: look over all servers of a run at once, a line for each check, and start nothing."""

from __future__ import annotations

import datetime
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography import x509

from pyjm.client.address import parse_address, split_addresses
from pyjm.client.board import Board
from pyjm.client.dial import LIMITS, Dialer
from pyjm.client.expected import servers_of
from pyjm.client.load import Load, divisions
from pyjm.client.member import MemberError
from pyjm.client.order import Refused as NoRun
from pyjm.client.remote import Remote
from pyjm.client.row_policies import RowPolicies
from pyjm.client.trust import Trust
from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.job import Job
from pyjm.keystore.store import expires_soon
from pyjm.properties import Settings
from pyjm.properties.options import CommandLine, UsageError, parse
from pyjm.properties.release import PRODUCT
from pyjm.server.wire.contract import CONTROL, BadMessage, Code, Limits, Refused
from pyjm.server.wire.trouble import LinkDown, Trouble

OK, WARN, FAIL = "ok", "warn", "FAIL"
MACHINE = ("clock", "certificate", "disk", "file limit", "memory", "cores", "files")
"""Checks whose faults come from the server, each under its name; all others are about the plan."""

EMPTY_PLAN = b"""<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.5"><hashTree>
<TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="check" enabled="true"/><hashTree/>
</hashTree></jmeterTestPlan>
"""

_ABOUT_CERTIFICATES = frozenset(
    {
        Trouble.FOREIGN, Trouble.EXPIRED, Trouble.NOT_YET_VALID, Trouble.REVOKED, Trouble.OTHER_NAME,
        Trouble.OUR_FOREIGN, Trouble.OUR_EXPIRED, Trouble.OUR_REVOKED, Trouble.OUR_NONE,
    }
)  # fmt: skip

_MEND: Mapping[object, str] = {
    ConnectionRefusedError: "start pyjm-server there, or add its port to the host, as in host:1664",
    TimeoutError: "open that port in the firewall, or start the machine",
    socket.gaierror: "write its name as the resolver knows it, or its address",
    Trouble.NOT_TLS: "take server.rmi.ssl.disable=true away from one side, or set it on both",
    Trouble.CLOSED: "take server.rmi.ssl.disable=true away from one side, or set it on both; see its log",
    Trouble.RESET: "take server.rmi.ssl.disable=true away from one side, or set it on both; see its log",
    Trouble.SLOW_HANDSHAKE: "name the port of pyjm-server, or start it anew",
    Trouble.NO_ANSWER: "name the port of pyjm-server, or start it anew",
    Code.BUSY: "wait for the end of that run, or end it there with Ctrl-C",
    Code.VERSION: "pip install the same pyjm on both machines",
    Code.PEER: "add the name of this machine's certificate to pyjm.allowed_controllers there",
}
"""Kind of trouble → what mends it, where the line about it does not say so already."""


@dataclass(frozen=True)
class Check:
    """One line: what was looked at, how it is, and what would mend it."""

    name: str
    state: str
    text: str
    mend: str = ""


@dataclass
class Patient:
    """One server with all that was found about it."""

    name: str
    checks: list[Check] = field(default_factory=list)
    id: str = ""

    def add(self, name: str, state: str, text: str, mend: str = "") -> None:
        """Note one check."""
        self.checks.append(Check(name, state, text, mend))


class Doctor:
    """Looks over servers, all at once; holds each only while the plan is compiled there."""

    def __init__(self, settings: Settings, trust: Trust | None = None, limits: Limits = LIMITS) -> None:
        self._settings = settings
        self._trust = trust or Trust(settings)
        self._limits = limits
        self._board = Board()
        self._known: Sequence[Fault] = ()

    def examine(self, hosts: Sequence[str], job: Job | None) -> list[Patient]:
        """Look over all servers. Raises MemberError where this machine's own key is of no use, NoRun as a run does."""
        self._trust.context()
        policies = RowPolicies.of(self._settings)
        if job is not None and policies.asked:
            job.csv = policies.told()
            self._known = policies.faults(job)
        with ThreadPoolExecutor(max(1, len(hosts)), thread_name_prefix="doctor") as pool:
            reached = list(pool.map(self._reach, hosts))
            first: dict[str, str] = {}
            for patient in reached:
                twin = first.setdefault(patient.id or patient.name, patient.name)
                if twin != patient.name or sum(other is not patient and other.name == twin for other in reached):
                    self._note_twin(patient, twin)
            well = [patient for patient in reached if not any(check.state == FAIL for check in patient.checks)]
            list(pool.map(lambda patient: self._compile(patient, job), well))
        return reached

    @staticmethod
    def _note_twin(patient: Patient, twin: str) -> None:
        if twin == patient.name:
            patient.add("address", FAIL, "it is named more than once", "name each server once")
        else:
            patient.add("address", FAIL, f"it is the same server as {twin}", "name each server once")

    def _reach(self, host: str) -> Patient:
        """Dial a server and read what it says of itself."""
        patient = Patient(host)
        try:
            address = parse_address(host, self._settings.whole("server.rmi.port"))
        except MemberError as error:
            patient.add("address", FAIL, str(error))
            return patient
        dialer = Dialer(host, address, self._trust.context(), self._limits)
        try:
            link, about = dialer.open(CONTROL)
        except (OSError, LinkDown, Refused, BadMessage) as error:
            kind = error.trouble if isinstance(error, LinkDown) else None
            name = "certificate" if kind in _ABOUT_CERTIFICATES else "reach"
            if isinstance(error, Refused):
                name = {Code.VERSION: "version", Code.PEER: "certificate"}.get(error.code, "reach")
            patient.add(name, FAIL, _without(host, str(dialer.explain(error))), mending(error))
            return patient
        certificate = link.stream.certificate()
        link.close()
        self._read(patient, about, certificate)
        return patient

    def _read(self, patient: Patient, about: Mapping[str, Any], certificate: x509.Certificate | None) -> None:
        patient.id = str(about.get("id"))
        theirs = str(about.get("product"))
        patient.add("reach", OK, "it answers")
        if theirs == PRODUCT:
            patient.add("version", OK, theirs)
        else:
            patient.add("version", WARN, f"{theirs}, and {PRODUCT} here", _MEND[Code.VERSION])
        if certificate is None:
            patient.add(
                "certificate", WARN, "server.rmi.ssl.disable=true: anybody can use it", "make keys, and leave that out"
            )
        elif not expires_soon(certificate, datetime.datetime.now(datetime.UTC)):
            until = f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
            patient.add("certificate", OK, f"{certificate.subject.rfc4514_string()}, until {until}")
        patient.checks.extend(_facts(about))

    def _compile(self, patient: Patient, job: Job | None) -> None:
        """Have the plan compiled there; without one only what the machine itself lacks is found."""
        member = Remote(patient.name, self._settings, self._trust, self._limits, board=self._board)
        try:
            faults = member.configure(job or Job(plan=EMPTY_PLAN, plan_name="check", base=".", properties={}))
        except MemberError as error:
            cause = error.__cause__
            busy = isinstance(cause, Refused) and cause.code == Code.BUSY
            patient.add("lease" if busy else "plan", FAIL, _without(patient.name, str(error)), mending(cause))
            return
        finally:
            member.close()
        patient.add("lease", OK, "it is free")
        self._enter(patient, [*self._known, *faults])
        if job is not None and not any(check.name == "plan" for check in patient.checks):
            patient.add("plan", OK, "it compiles there")

    def _enter(self, patient: Patient, faults: Sequence[Fault]) -> None:
        for fault in faults:
            name = fault.path if fault.path in MACHINE else "plan"
            text = fault.problem if name != "plan" or not fault.path else f"{fault.path}: {fault.problem}"
            found = Check(name, FAIL if fault.fatal else WARN, text, fault.remedy)
            standing = [at for at, check in enumerate(patient.checks) if check.name == name and check.state == OK]
            if standing:
                patient.checks[standing[0]] = found
            else:
                patient.checks.append(found)
        if self._settings.flag("pyjm.strict"):
            patient.checks = [replace(check, state=FAIL) if check.state == WARN else check for check in patient.checks]


def mending(error: object) -> str:
    """Say what mends it, empty where the line about it says so."""
    if isinstance(error, LinkDown):
        return _MEND.get(error.trouble, "")
    if isinstance(error, Refused):
        return _MEND.get(error.code, "")
    return next((text for kind, text in _MEND.items() if isinstance(kind, type) and isinstance(error, kind)), "")


def _facts(about: Mapping[str, Any]) -> list[Check]:
    """Say what a machine has; what is too little is put in the place of it later."""
    found = [Check("clock", OK, "it goes with this machine's"), Check("cores", OK, f"{about.get('cores')}")]
    for name, key, shift, unit in (("memory", "available", 20, "MB free"), ("disk", "disk", 20, "MB free")):
        if isinstance(size := about.get(key), int):
            found.append(Check(name, OK, f"{size >> shift:,} {unit}"))
    if isinstance(files := about.get("files"), int):
        found.append(Check("file limit", OK, f"{files:,} for each process" if files else "none"))
    return found


def _without(host: str, text: str) -> str:
    return text.removeprefix(f"{host}: ").removeprefix(f"{host} ")


def report(patients: Sequence[Patient], say: Callable[[str], None]) -> int:
    """Say a line for each check and one for all; gives the exit status: 1 where a run could not start."""
    width = max((len(patient.name) for patient in patients), default=0)
    for patient in patients:
        for check in patient.checks:
            mend = f"; {check.mend}" if check.mend else ""
            say(f"{patient.name:<{width}}  {check.name:<11}  {check.state:<4}  {check.text}{mend}")
    states = [check.state for patient in patients for check in patient.checks]
    stops, spoils = states.count(FAIL), states.count(WARN)
    servers = f"{len(patients)} server{'' if len(patients) == 1 else 's'}"
    if stops:
        say(f"{servers}: a run can't start, {stops} to mend and {spoils} to look at")
    else:
        say(f"{servers}: a run can start" + (f", {spoils} to look at" if spoils else ""))
    return 1 if stops else 0


def check(hosts: Sequence[str], job: Job | None, settings: Settings, say: Callable[[str], None]) -> int:
    """Look over servers and say what was found; gives the exit status."""
    try:
        trust = Trust(settings)
        for warning in trust.warnings():
            say(f"Warning: {warning}")
        return report(Doctor(settings, trust).examine(hosts, job), say)
    except MemberError as error:
        say(f"An error occurred: {error}")
    except NoRun as refusal:
        for line in refusal.lines:
            say(line)
    return 1


def run_check(line: CommandLine, settings: Settings, say: Callable[[str], None]) -> int:
    """Do what `pyjm --check` asks for; gives the exit status."""
    written = line.value("R")
    if written is None and line.has("r"):
        try:
            written = servers_of(settings)
        except MemberError as error:
            say(f"An error occurred: {error}")
            return 1
    hosts = split_addresses(written or "")
    if not hosts and settings.text("pyjm.join_port") not in ("", "0"):
        say("An error occurred: --check dials servers; those that join (pyjm.join_port) are checked when a run starts")
        return 2
    if not hosts:
        say("An error occurred: --check looks over servers: name them with -R host,host:port, or -r and remote_hosts")
        return 2
    name, job = line.value("t"), None
    if name:
        plan = Path.cwd() / name
        try:
            job = Job(plan.read_bytes(), plan.name, str(plan.parent), dict(settings.globals))
            if Load.of(settings, hosts).divides:  # each part of it has the same faults
                job.division = divisions([1] * len(hosts), 0)[0]
        except OSError as error:
            say(f"An error occurred: The file {plan} can't be opened: {error.strerror}")
            return 1
        except MemberError as error:
            say(f"An error occurred: {error}")
            return 1
    return check(hosts, job, settings, say)


USAGE = """pyjm-doctor looks over the servers of a run, and starts nothing.

  pyjm-doctor host,host:port [-t plan.jmx] [-Gname=value]     also: pyjm --check -R host,host:port [-t plan.jmx]

Ends with 0 where a run can start, 1 where it can't, 2 where this command line can't be read.
"""


def main() -> None:
    """Run the command: what `pyjm --check` does, the servers named without an option."""
    from pyjm.client import cli

    arguments = sys.argv[1:]
    if arguments and not arguments[0].startswith("-"):
        arguments = ["-R", *arguments]
    if not arguments or {"-h", "--help", "-?"} & set(arguments):
        sys.stdout.write(USAGE)
        sys.exit(0 if arguments else 2)
    try:
        line = parse(["--check", *arguments])
    except UsageError as error:
        sys.stderr.write(f"pyjm-doctor: {error}\n")
        sys.exit(2)
    if line.strays():
        sys.stderr.write(f"pyjm-doctor: {line.strays()[0]} belongs to no option; servers are separated by commas\n")
        sys.exit(2)
    sys.exit(cli.run(["--check", *arguments], os.environ))
