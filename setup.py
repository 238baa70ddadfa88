"""Build the compiled core: each module of the engine that has a .pxd beside it (see engine/core.py).

All of it or none: without a C compiler or Python's headers, or with PYJM_PURE=1, pyjm is installed as plain Python.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "engine"))
core = import_module("core")  # by its path: pyjm is not installed yet
sys.path.pop(0)

MODULES = [] if os.environ.get("PYJM_PURE", "") not in ("", "0") else core.sources(ROOT / "engine")


class BuildCore(build_ext):
    """Writes C with Cython and compiles it, several modules at a time."""

    def run(self) -> None:
        """Build all, or leave the plain Python."""
        stamp = Path("engine" if self.inplace or self.editable_mode else f"{self.build_lib}/pyjm/engine", core.STAMP)
        stamp = stamp if stamp.is_absolute() else ROOT / stamp
        for module, file in core.built(stamp.parent).items():
            if module not in MODULES:  # it was of the core once
                file.unlink()
        wanted = core.stamp_of(ROOT / "engine")
        made = stamp.read_text(encoding="ascii") if stamp.is_file() else ""
        if made.partition("\n")[0] == wanted.partition("\n")[0] and all(
            Path(self.get_ext_fullpath(extension.name)).exists() for extension in self.extensions
        ):
            stamp.write_text(wanted, encoding="ascii")
            return
        stamp.unlink(missing_ok=True)
        try:
            self.write_c()
            super().run()
        except (ImportError, BaseError, OSError, ValueError) as error:
            sys.stderr.write(f"pyjm: without its compiled core, as plain Python: {error}\n")
            for extension in self.extensions:
                Path(self.get_ext_fullpath(extension.name)).unlink(missing_ok=True)
            self.extensions = []
            return
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted, encoding="ascii")

    def write_c(self) -> None:
        """Turn the modules into C, where Cython sees them under their names in the package."""
        from Cython.Build import cythonize

        stage = ROOT / "build" / "core"
        for source in [*ROOT.glob("engine/**/*.py"), *ROOT.glob("engine/**/*.pxd")]:
            to = stage / "pyjm" / source.relative_to(ROOT)
            if not to.is_file() or to.read_bytes() != source.read_bytes():  # what has not changed is not built again
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, to)
        (stage / "pyjm" / "__init__.py").touch()
        jobs = self.parallel = self.parallel or os.cpu_count() or 1
        forks = jobs if sys.platform.startswith("linux") else 0  # elsewhere each process would run this file anew
        before = Path.cwd()
        os.chdir(stage)
        try:
            made = cythonize(
                [Extension(each.name, [f"pyjm/engine/{each.sources[0]}"]) for each in self.extensions],
                nthreads=forks,
                force=False,
                quiet=True,
                compiler_directives={"language_level": 3, "annotation_typing": False, "embedsignature": False},
            )
        finally:
            os.chdir(before)
        for extension, written in zip(self.extensions, made):
            extension.sources = [str(stage / source) for source in written.sources]
            extension.depends = []


def extension(module: str) -> Extension:
    """Tell how a module is built."""
    # -O1 is built in half the time of -O2
    flags: dict[str, Any] = {} if os.name == "nt" else {"extra_compile_args": ["-O1", "-g0"]}
    return Extension(f"pyjm.engine.{module.replace('/', '.')}", [f"{module}.py"], **flags)


setup(ext_modules=[extension(module) for module in MODULES], cmdclass={"build_ext": BuildCore})
