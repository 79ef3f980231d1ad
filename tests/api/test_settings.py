"""The settings are read from the environment, and the README tells all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import PROJECT, Settings, setting_rows, settings_table

START, END = "<!-- settings:start -->", "<!-- settings:end -->"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in setting_rows():
        monkeypatch.delenv(row.variable, raising=False)


def test_the_limits_are_those_of_the_api() -> None:
    limits = Settings().model_dump(include={name for name in Settings.model_fields if name.startswith("max_")})
    assert limits == {
        "max_body_bytes": 1_000_000,
        "max_tokens": 2_000,
        "max_depth": 12,
        "max_aliases": 30,
        "max_directives": 50,
        "max_root_fields": 20,
        "max_mutations": 4,
        "max_page_size": 100,
        "max_cost": 5_000,
        "max_plan_fields": 2_000,
    }


def test_without_an_environment_it_is_a_local_server() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)
    assert settings.data_dir == PROJECT / "data"


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("DATABASE_URL", "postgresql://db/wavelength", "database_url", "postgresql://db/wavelength"),
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104 - any address will do to be read back
        ("PORT", "9000", "port", 9000),
        ("WAVELENGTH_DATA_DIR", "/srv/wavelength", "data_dir", Path("/srv/wavelength")),
        ("WAVELENGTH_MAX_DEPTH", "7", "max_depth", 7),
        ("WAVELENGTH_CORS_ORIGINS", '["https://a.example"]', "cors_origins", ["https://a.example"]),
        ("WAVELENGTH_GRAPHIQL", "off", "graphiql", False),
    ],
)
def test_each_is_read_from_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, expected: object
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(Settings(), field) == expected


def test_other_names_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_DEPTH", "7")
    assert Settings().max_depth == 12


@pytest.mark.parametrize(
    ("variable", "value"), [("PORT", "65536"), ("WAVELENGTH_MAX_TOKENS", "0"), ("WAVELENGTH_POOL_WAIT_SECONDS", "soon")]
)
def test_wrong_values_are_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    assert refusal.value.error_count() == 1


def test_code_can_set_them_by_name() -> None:
    assert Settings(port=1, max_depth=3).model_dump(include={"port", "max_depth"}) == {"port": 1, "max_depth": 3}


def test_every_setting_is_described() -> None:
    assert [row.variable for row in setting_rows() if not row.description] == []


def test_the_readme_tells_every_setting() -> None:
    readme = (PROJECT / "README.md").read_text()
    table = readme.partition(START)[2].partition(END)[0].strip()
    assert table == settings_table(), f"put this between {START} and {END}:\n{settings_table()}"
