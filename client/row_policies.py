"""What the properties say of how the rows of data files are divided among the servers, and where that can't be done."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyjm.client.files import data_sets
from pyjm.engine.plan.faults import Fault
from pyjm.engine.plan.files import resolved
from pyjm.engine.run.job import Job
from pyjm.engine.shared.row_shares import COPY, POLICIES, UNIQUE, policy_of
from pyjm.properties import Settings

from .order import Refused

PROPERTY = "pyjm.csv"
SEED_BITS = 48


@dataclass(frozen=True, slots=True)
class RowPolicies:
    """The policies of a run, by the name of a file, `""` for all others; `seed` of orders that all servers share."""

    rules: Mapping[str, str]
    seed: int

    @classmethod
    def of(cls, settings: Settings) -> RowPolicies:
        """Read pyjm.csv and pyjm.csv.FILE, wherever they are set; raises Refused for a policy that is none."""
        given = {**settings.system, **settings.jmeter, **settings.globals}
        keys = [key for key in given if key == PROPERTY or key.startswith(f"{PROPERTY}.")]
        rules = {key.removeprefix(PROPERTY).removeprefix("."): given[key].strip() for key in keys}
        wrong = [key for key in keys if given[key].strip() not in POLICIES]
        if wrong:
            choice = f"write {', '.join(POLICIES[:-1])} or {POLICIES[-1]}"
            raise Refused(*(f"An error occurred: {key}={given[key]} is none; {choice}" for key in wrong))
        return cls(rules, random.SystemRandom().getrandbits(SEED_BITS) | 1)

    @property
    def asked(self) -> bool:
        """Tell whether anything is not just copied."""
        return any(policy != COPY for policy in self.rules.values())

    @property
    def waits(self) -> bool:
        """Tell whether rows are handed out while the test runs."""
        return UNIQUE in self.rules.values()

    def told(self) -> dict[str, Any]:
        """Give what servers are told (`Job.csv`)."""
        return {"rules": dict(self.rules), "seed": self.seed}

    def files(self, job: Job) -> dict[str, str]:
        """Give the files whose rows are divided, with their policies."""
        found = ((name, policy_of(self.rules, name, written)) for _, written, name in data_sets(job))
        return {name: policy for name, policy in found if policy != COPY}

    def faults(self, job: Job) -> list[Fault]:
        """Find what stands against it, before the run."""
        return [*self._of_files(job), *self._of_rules(job)]

    def _of_files(self, job: Job) -> Iterator[Fault]:
        for node, written, name in data_sets(job):
            policy = policy_of(self.rules, name, written)
            if policy == COPY:
                continue
            why = f"({PROPERTY}={policy})"
            copied = f"or copy it: {PROPERTY}.{written}={COPY}"
            if "${" in name:
                text = f"the file {written} is known only when the test runs: its rows can't be divided"
                yield Fault(node.path, f"{text} {why}", f"name it, by a property for instance, {copied}")
            elif not (path := resolved(name, Path(job.base))).is_file():
                text = f"the file {name} is not on this machine: its rows can't be divided"
                yield Fault(node.path, f"{text} {why}", f"put it at {path}, {copied}")

    def _of_rules(self, job: Job) -> Iterator[Fault]:
        sets = data_sets(job) if len(self.rules) > ("" in self.rules) else []
        for rule, policy in self.rules.items():
            alone = {rule: policy, "": ""}
            if rule and not any(policy_of(alone, name, written) for _, written, name in sets):
                text = f"{PROPERTY}.{rule}={policy}: no CSV Data Set of the plan reads a file of that name"
                yield Fault("", text, fatal=False)
