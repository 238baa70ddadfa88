"""What another process needs to take a run up when this one has crashed: a file that is gone when the run ends."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO, Any

from pyjm.client.links import Grant
from pyjm.client.member import Member, Outcome
from pyjm.client.remote import Remote
from pyjm.engine.shared.division import Division
from pyjm.properties import Settings

from .collect import ResultWriter
from .summary import Summaries

log = logging.getLogger("pyjm.client.journal")

FORMAT = 1
COMPACT_BYTES = 1 << 20
"""Bytes of records from which on the file is written anew, with the last of each member alone."""
KEEP_S = 7 * 86400
_OUTCOME = tuple(field.name for field in fields(Outcome))
ENVIRONMENT = ("JMETER_HOME", "PYJM_HOME", "JVM_ARGS", "HEAP")


class BadJournal(Exception):
    """A file from which no run can be taken up: one line."""


@dataclass
class Place:
    """How far one member was: its lease, the last batch that is in the files, and what came of it so far."""

    name: str
    grant: Grant
    number: int = 0
    outcome: Outcome = field(default_factory=lambda: Outcome(""))


@dataclass
class State:
    """A run as its journal tells it. `sizes` are the bytes of each result file that count, `figures` the summaries'.

    `divisions` are the members' parts of the load, empty where each has all of it.
    """

    path: Path
    arguments: list[str]
    folder: str
    environ: dict[str, str]
    plan_sha: str
    files: list[str]
    places: list[Place]
    sizes: list[int] = field(default_factory=list)
    figures: dict[str, list[int]] = field(default_factory=dict)
    divisions: list[Division | None] = field(default_factory=list)


class Journal:
    """Written after each batch and before it is acknowledged, so that what a server forgets is in the files.

    It is safe against the end of this process, not against that of the machine. Where it can't be written, the run goes
    on without.
    """

    def __init__(self, folder: Path, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self.path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.run"
        self._head: dict[str, Any] = {
            "format": FORMAT,
            "arguments": list(arguments),
            "folder": str(Path.cwd()),
            "environ": {key: environ[key] for key in ENVIRONMENT if key in environ},
        }
        self._file: IO[bytes] | None = None
        self._last: dict[int, bytes] = {}
        self._size = 0
        self._writers: list[ResultWriter] = []
        self._summaries: Summaries | None = None

    @property
    def name(self) -> str:
        """Give what --resume takes."""
        return self.path.stem

    def begin(
        self,
        plan_sha: str,
        members: Sequence[Member],
        writers: Sequence[ResultWriter],
        summaries: Summaries,
        divisions: Sequence[Division | None] = (),
    ) -> bool:
        """Write down the run before it starts; tells whether that worked."""
        if any(divisions):
            self._head["divisions"] = [part and asdict(part) for part in divisions]
        grants = [(each.name, each.grant()) for each in members if isinstance(each, Remote)]
        return self._begin(plan_sha, grants, writers, summaries)

    def _begin(
        self, plan_sha: str, grants: Sequence[tuple[str, Grant]], writers: Sequence[ResultWriter], summaries: Summaries
    ) -> bool:
        self._writers = list(dict.fromkeys(writers))
        self._summaries = summaries
        self._head["plan"] = plan_sha
        self._head["files"] = [str(writer.path) for writer in self._writers]
        self._head["sizes"] = [writer.size() for writer in self._writers]
        self._head["members"] = [[name, asdict(grant)] for name, grant in grants]
        try:
            private_folder(self.path.parent)
            _tidy(self.path.parent)
            self._write_anew()
        except OSError as error:
            log.warning("The run can't be taken up after a crash: %s can't be written: %s", self.path, error.strerror)
            self._file = None
        return self._file is not None

    def go_on(self, state: State, writers: Sequence[ResultWriter], summaries: Summaries) -> None:
        """Go on with the file of a run that was taken up."""
        self.path = state.path
        self._head.update(arguments=state.arguments, folder=state.folder, environ=state.environ)
        if any(state.divisions):
            self._head["divisions"] = [part and asdict(part) for part in state.divisions]
        for index, place in sorted(enumerate(state.places), key=lambda pair: pair[1].number):
            self._last[index] = self._line(index, place.number, place.outcome, state.sizes, state.figures)
        self._begin(state.plan_sha, [(place.name, place.grant) for place in state.places], writers, summaries)

    def record(self, member: int, number: int, outcome: Outcome) -> None:
        """Note that a batch is in the files, or how a member ended."""
        if self._file is None or self._summaries is None:
            return
        sizes = [writer.size() for writer in self._writers]
        line = self._line(member, number, outcome, sizes, self._summaries.figures())
        self._last.pop(member, None)
        self._last[member] = line  # the newest stands last
        try:
            self._file.write(line)
            self._size += len(line)
            if self._size > COMPACT_BYTES:
                self._write_anew()
        except OSError as error:
            log.warning("The run can't be taken up after a crash any more: %s: %s", self.path, error.strerror)
            self.remove()

    @staticmethod
    def _line(
        member: int, number: int, outcome: Outcome, sizes: Sequence[int], figures: Mapping[str, Sequence[int]]
    ) -> bytes:
        told = {name: getattr(outcome, name) for name in _OUTCOME}
        record = {"m": member, "n": number, "o": told, "sizes": sizes, "figures": figures}
        return json.dumps(record, separators=(",", ":")).encode() + b"\n"

    def _write_anew(self) -> None:
        fresh = self.path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_APPEND, 0o600)
        file = os.fdopen(descriptor, "wb", buffering=0)
        file.write(json.dumps(self._head).encode() + b"\n" + b"".join(self._last.values()))
        fresh.replace(self.path)
        if self._file is not None:
            self._file.close()
        self._file, self._size = file, 0

    def leave(self) -> None:
        """Close the file; it stays for whoever takes the run up."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def remove(self) -> None:
        """Remove the file: the run has ended."""
        if self._file is not None:
            self.leave()
            self.path.unlink(missing_ok=True)


def run_folder(settings: Settings) -> Path:
    """Tell where the journals of this user's runs are."""
    written = settings.text("pyjm.run_folder")
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    return Path(written) if written else Path(tempfile.gettempdir()) / f"pyjm-runs-{user}"


def private_folder(folder: Path) -> None:
    """Make the folder, for this user alone: who reads a journal can stop the run. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        raise PermissionError(1, f"{folder} belongs to somebody else")


def _tidy(folder: Path) -> None:
    """Remove the journals of runs that nobody took up."""
    for path in (*folder.glob("*.run"), *folder.glob("*.rows")):
        if path.stat().st_mtime < time.time() - KEEP_S:
            path.unlink(missing_ok=True)


def load(path: Path) -> State:
    """Read a journal up to its last whole record; raises BadJournal."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise BadJournal(f"there is no run {path}: {error.strerror}; it has ended, or has another name") from None
    try:
        head = json.loads(lines[0])
        if head["format"] != FORMAT:
            raise BadJournal(f"{path} was written by another version of pyjm")
        places = [Place(name, Grant(**grant), 0, Outcome(name)) for name, grant in head["members"]]
        state = State(
            path, head["arguments"], head["folder"], head["environ"], head["plan"], head["files"], places, head["sizes"]
        )
        state.divisions = [part and Division.from_plain(part) for part in head.get("divisions", ())]
        for line in lines[1:]:
            record = json.loads(line)
            place = places[record["m"]]
            place.number, place.outcome = record["n"], Outcome(**record["o"])
            state.sizes, state.figures = record["sizes"], record["figures"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BadJournal(f"{path} is no journal of a run: {error!r}") from None
    return state
