"""The four packages have general names: they must be the ones of this repository."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ["api", "schema", "resolvers", "db"]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_loaded_from_this_repository(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__) == PROJECT / package / "__init__.py"


def test_the_distribution_has_the_four_packages() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == PACKAGES


@pytest.mark.parametrize("root", [*PACKAGES, "tests"])
def test_every_folder_of_modules_is_a_package(root: str) -> None:
    folders = {module.parent for module in (PROJECT / root).rglob("*.py")} - {PROJECT / "db/migrations/versions"}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_the_lock_names_the_public_index_only() -> None:
    lock = tomllib.loads((PROJECT / "uv.lock").read_text())
    sources = [package["source"] for package in lock["package"]]
    assert {source.get("registry", "here") for source in sources} == {"https://pypi.org/simple", "here"}
    assert [source for source in sources if "registry" not in source] == [{"editable": "."}]
