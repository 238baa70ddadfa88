"""What a worker is told before all else."""

from __future__ import annotations

from dataclasses import dataclass

from pyjm.engine.plan.tree import Node

from .job import Job


@dataclass(slots=True)
class Setup:
    """The plan as a tree, the job, and this worker's place; `folder` holds what the workers share."""

    root: Node
    job: Job
    index: int
    workers: int
    folder: str
