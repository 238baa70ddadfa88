"""The compiled core: the modules that run for every sample, as machine code where that could be built.

Each of them is a plain Python module with a `.pxd` beside it, which says to Cython what types its classes' fields have.
The Python module is what is compiled, and its own twin: it runs as it is where no compiler was, where `PYJM_PURE=1`
says so, and where it was edited since. It is all or nothing, as compiled modules know one another's fields.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from zlib import crc32

STAMP = "core.stamp"
"""The file that says what the compiled modules were made of: a digest, then each source with its time and size."""

HERE = Path(__file__).parent


def sources(folder: Path) -> list[str]:
    """Give the modules to be compiled, as paths below the engine's folder without suffix."""
    return sorted(str(file.relative_to(folder).with_suffix("")).replace(os.sep, "/") for file in folder.rglob("*.pxd"))


def built(folder: Path) -> dict[str, Path]:
    """Give what was compiled, for this Python: modules, as `sources` names them, with their files."""
    suffix = EXTENSION_SUFFIXES[0]
    files = folder.rglob(f"*{suffix}")
    return {str(file.relative_to(folder)).removesuffix(suffix).replace(os.sep, "/"): file for file in files}


def digest(folder: Path) -> str:
    """Tell what the compiled modules are made of."""
    files = [folder.joinpath(module + suffix) for module in sources(folder) for suffix in (".py", ".pxd")]
    told = [crc32(file.read_bytes().replace(b"\r\n", b"\n")) for file in files]
    return f"{len(told)} {crc32(repr(told).encode()):08x}"


def stamp_of(folder: Path) -> str:
    """Write what stands in the stamp of modules that are compiled of what is there now."""
    lines = [digest(folder)]
    for module in sources(folder):
        for suffix in (".py", ".pxd"):
            found = folder.joinpath(module + suffix).stat()
            lines.append(f"{module}{suffix} {found.st_mtime_ns} {found.st_size}")
    return "\n".join(lines)


def is_fresh(stamp: str) -> bool:
    """Tell whether the compiled modules are those of the sources: by times and sizes, where these differ by content."""
    if not HERE.with_name("pyproject.toml").is_file():  # installed: nobody edits that
        return True
    made, *lines = stamp.split("\n")
    try:
        for line in lines:
            name, time, size = line.split(" ")
            found = HERE.joinpath(name).stat()
            if (found.st_mtime_ns, found.st_size) != (int(time), int(size)):
                return made == digest(HERE)
    except (OSError, ValueError):
        return False
    return True


def is_pure() -> bool:
    """Tell whether the Python form is asked for."""
    return os.environ.get("PYJM_PURE", "") not in ("", "0")


class Plain:
    """Finds the core's modules as plain Python, whatever was built of them."""

    def __init__(self, modules: list[str]) -> None:
        self.names = {f"pyjm.engine.{module.replace('/', '.')}": module for module in modules}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Give a module's source."""
        module = self.names.get(name)
        if module is None:
            return None
        file = str(HERE / f"{module}.py")
        return spec_from_file_location(name, file, loader=SourceFileLoader(name, file))


def choose() -> str:
    """Choose the form that modules are loaded in; tell which one, and why where it is the Python one."""
    stamp = HERE / STAMP
    if is_pure():
        why = "PYJM_PURE is set"
    elif not stamp.is_file() or not list(HERE.glob(f"vu/step{EXTENSION_SUFFIXES[0]}")):
        return "no"
    elif not is_fresh(stamp.read_text(encoding="ascii")):
        why = "its sources have changed since it was built"
    else:
        return "yes"
    sys.meta_path.insert(0, Plain([*sources(HERE), *built(HERE)]))
    return f"no, {why}"
