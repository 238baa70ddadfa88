"""Where a file that a plan names is looked for. Mirrors FileServer.getResolvedFile and IncludeController."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def resolved(name: str, base: Path) -> Path:
    """Give the path of a file: as it is named where that is absolute or there, else in the folder `base`."""
    path = Path(name)
    return path if path.is_absolute() or path.exists() else base / name


def included(name: str, base: Path, properties: Mapping[str, str]) -> Path:
    """Give the path of a file that an Include Controller names; includecontroller.prefix counts before the folder."""
    path = Path((properties.get("includecontroller.prefix", "") + name).strip())
    return path if path.is_absolute() or path.exists() else base / name
