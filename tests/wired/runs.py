"""Runs of a plan on servers in this process, over real links and with real workers: which samples came."""

from __future__ import annotations

import csv
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from wired.rig import serving

from pyjm.client import cli
from pyjm.engine.run.parent import Engine


class Row(NamedTuple):
    """One sample: its label, the user without the server's name, the server, and when it began in ms of wall time."""

    label: str
    user: str
    server: str
    at_ms: int


Rows = dict[str, list[Row]]


def run(folder: Path, text: str, servers: int, *options: str) -> Rows:
    """Run a plan on so many servers, 0: on this machine; gives the samples of each group."""
    (folder / "plan.jmx").write_text(text)
    arguments = ["-n", "-t", "plan.jmx", "-l", "out.jtl", "-Jjmeterengine.nongui.port=0", "-Jpyjm.workers=1", *options]
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = [stack.enter_context(serving(folder, make=lambda _: Engine(1))) for _ in range(servers)]
        if made:
            arguments += [f"-Jserver.rmi.ssl.keystore.file={folder / 'us.jks'}", f"-Jpyjm.run_folder={folder / 'runs'}"]
            arguments += ["-R", ",".join(server.address for server in made)]
        assert cli.run(arguments, {}) == 0
    found: Rows = defaultdict(list)
    with (folder / "out.jtl").open() as file:
        for row in csv.DictReader(file):
            server, _, user = row["threadName"].partition("-") if servers else ("", "", row["threadName"])
            found[user.rpartition(" ")[0].removesuffix("-ThreadStarter")].append(
                Row(row["label"], user, server, int(row["timeStamp"]))
            )
    return found
