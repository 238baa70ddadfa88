"""What pyproject.toml says about packages is what lies in the folders, and what it names can be imported."""

from __future__ import annotations

import importlib.metadata
import tomllib
from pathlib import Path

import pytest

from pyjm.properties.release import VERSION

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("engine", "server", "client", "keystore", "properties")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PYPROJECT["tool"]["setuptools"]


BUILT = (".so", ".pyd", ".stamp")
"""What building leaves beside the code, and puts into a wheel by itself."""


def packages_on_disk() -> list[str]:
    folders = {file.parent for room in ROOMS for file in (ROOT / room).rglob("*.py")}
    return sorted("pyjm." + ".".join(folder.relative_to(ROOT).parts) for folder in folders)


def test_every_folder_with_code_is_a_listed_package_and_no_other() -> None:
    assert sorted(SETUPTOOLS["packages"]) == packages_on_disk()


@pytest.mark.parametrize("package", packages_on_disk())
def test_every_package_has_an_init(package: str) -> None:
    assert ROOT.joinpath(*package.split(".")[1:], "__init__.py").is_file()


def test_the_five_folders_of_the_root_are_the_packages_under_pyjm() -> None:
    assert SETUPTOOLS["package-dir"] == {f"pyjm.{room}": room for room in ROOMS}


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_that_it_is_typed(room: str) -> None:
    assert (ROOT / room / "py.typed").is_file()


def test_files_that_are_not_code_go_into_the_wheel() -> None:
    """Each kind of file beside the code is named as package data, else an installed pyjm would miss it."""
    kinds = SETUPTOOLS["package-data"]["*"]
    others = [
        file
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc", *BUILT) and not any(file.match(kind) for kind in kinds)
    ]
    assert others == []


def test_the_release_is_the_one_that_is_installed() -> None:
    assert importlib.metadata.version("pyjm") == VERSION


@pytest.mark.parametrize("command", sorted(PYPROJECT["project"]["scripts"]))
def test_a_command_leads_to_a_function(command: str) -> None:
    value = PYPROJECT["project"]["scripts"][command]
    assert callable(importlib.metadata.EntryPoint(command, value, "console_scripts").load())


def test_the_commands_are_those_that_the_readme_promises() -> None:
    assert {"pyjm", "pyjm-server", "create-rmi-keystore", "create-keystore"} <= set(PYPROJECT["project"]["scripts"])
