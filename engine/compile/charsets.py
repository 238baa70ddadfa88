"""Charsets that a plan names as constants."""

from __future__ import annotations

from pyjm.engine.charsets.charset import out_of_reach

from .build import Build


def report_charset(build: Build, path: str, name: str | None) -> None:
    """Refuse a plan that names a charset that Java has, and that cannot be had here."""
    if name and out_of_reach(name.strip()):
        build.fault(path, f"the charset {name.strip()} cannot be had", "write it in one that Python knows: UTF-8, say")
