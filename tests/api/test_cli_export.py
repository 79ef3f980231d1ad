"""``wavelength export`` and ``wavelength restore``, as a person runs them."""

from __future__ import annotations

from pathlib import Path

from tests.api.test_cli import Said, slug, wavelength

__all__ = ["slug"]


def test_a_workspace_goes_out_and_into_another(slug: str, database_url: str, tmp_path: Path) -> None:
    copy, folder = f"{slug}-copy"[-60:].lstrip("-"), str(tmp_path / "folder")
    for workspace in (slug, copy):
        assert wavelength("workspace", "create", workspace, DATABASE_URL=database_url).status == 0
    assert wavelength("seed", "--workspace", slug, "--until", "2026-01-01", DATABASE_URL=database_url).status == 0

    export = ("export", "--workspace", slug, folder)
    written = wavelength(*export, DATABASE_URL=database_url)
    assert (written.status, written.complaints) == (0, [])
    counted, files = written.output.removesuffix(" files\n").split(" rows in ")
    assert int(counted.replace(",", "")) == sum(
        len(path.read_bytes().splitlines()) for path in (tmp_path / "folder").glob("*.ndjson")
    )
    assert int(files) == len(list((tmp_path / "folder").glob("*.ndjson")))
    refused = wavelength(*export, DATABASE_URL=database_url)
    complaint = f"wavelength: {folder} is not empty: name another folder, or say --overwrite"
    assert refused == Said(1, "", [complaint])
    assert wavelength(*export, "--overwrite", DATABASE_URL=database_url) == written

    restore = ("restore", "--workspace", copy, folder)
    assert wavelength(*restore, DATABASE_URL=database_url) == Said(0, f"{counted} rows from {files} files\n", [])
    again = wavelength(*restore, DATABASE_URL=database_url)
    assert (again.status, again.output, len(again.complaints)) == (1, "", 1)
    assert again.complaints[0].startswith("wavelength: the workspace is not empty: it has rows in ")


def test_a_folder_that_is_no_export(slug: str, database_url: str, tmp_path: Path) -> None:
    wavelength("workspace", "create", slug, DATABASE_URL=database_url)
    refused = wavelength("restore", "--workspace", slug, str(tmp_path), DATABASE_URL=database_url)
    assert refused == Said(1, "", [f"wavelength: {tmp_path} is not an export: it has no manifest.json"])
