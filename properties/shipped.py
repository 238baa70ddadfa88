"""The property files that come with pyjm: their defaults, and an editable copy of them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pyjm.properties.parse import PropertiesError, parse

FOLDER = Path(__file__).resolve().parent
JMETER_PROPERTIES = FOLDER / "jmeter.properties"
NAMES = ("jmeter.properties", "user.properties", "system.properties")


def default(key: str) -> str:
    """Return what `key` counts as where no file sets it; the shipped jmeter.properties shows it as `#key=value`.

    Raises KeyError for a key that the file does not name.
    """
    return documented()[key]


@lru_cache(maxsize=1)
def documented() -> dict[str, str]:
    """Return every key that the shipped jmeter.properties names, with its default."""
    lines = JMETER_PROPERTIES.read_text("utf-8").splitlines()
    return parse("\n".join(line[1:] for line in lines if is_default(line)).encode())


def is_default(line: str) -> bool:
    """Tell `#key=value`, which shows a default, from a comment in words, which has a blank after its `#`."""
    return line[:1] == "#" and line[1:2].strip(" #=") != "" and "=" in line


def write_copy(folder: str | Path) -> list[Path]:
    """Write an editable copy of the shipped files into `folder` and return their paths; overwrite nothing."""
    folder = Path(folder)
    targets = [folder / name for name in NAMES]
    for target in targets:
        if target.exists():
            raise PropertiesError(f"{target} is there already and is not overwritten; name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for target in targets:
            with target.open("xb") as copy:
                copy.write((FOLDER / target.name).read_bytes())
    except OSError as error:
        raise PropertiesError(f"cannot write property files to {folder}: {error.strerror or error}") from None
    return targets
