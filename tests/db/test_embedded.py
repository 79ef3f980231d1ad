"""The private PostgreSQL: starts, is shared, stops, and comes back after the worst."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from db.embedded import EmbeddedServer, EmbeddedServerError, programs, running, temporary
from db.postmaster import SOCKET, Postmaster
from db.unprivileged import account_for

PATIENCE = 20


async def ask(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def postmaster(data_dir: Path) -> Postmaster:
    server = Postmaster.read(data_dir / "postgres")
    assert server is not None
    return server


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A data folder that the tests of this module share; each leaves its server stopped."""
    with tempfile.TemporaryDirectory(prefix="wl-") as folder:
        yield Path(folder)


async def test_it_is_private_and_speaks_utf8(data_dir: Path) -> None:
    steps: list[str] = []
    with running(data_dir, tell=steps.append) as url:
        assert await ask(url, "SELECT current_setting('server_version_num')::int / 10000") == 18
        assert await ask(url, "SELECT current_setting('listen_addresses')") == ""
        locale = "SELECT concat(datlocprovider, datlocale, pg_encoding_to_char(encoding)) FROM pg_database LIMIT 1"
        assert await ask(url, locale) == "bC.UTF-8UTF8"
        assert await ask(url, "SELECT lower('ÄÖÜ')") == "äöü"
        assert await ask(url, "SELECT current_setting('fsync')") == "on"
        server = postmaster(data_dir)
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
    assert len(steps) == 2
    assert not server.alive()


async def test_a_second_start_keeps_the_data(data_dir: Path) -> None:
    with running(data_dir) as url:
        await ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    steps: list[str] = []
    with running(data_dir, tell=steps.append) as url:
        assert await ask(url, "SELECT answer FROM kept") == 42
    assert steps == ["Starting PostgreSQL"]


async def test_the_last_one_to_leave_stops_it(data_dir: Path) -> None:
    first, second = EmbeddedServer(data_dir), EmbeddedServer(data_dir)
    first.start()
    second.start()
    server = postmaster(data_dir)
    assert first.url == second.url
    first.stop()
    assert server.alive()
    assert await ask(second.url, "SELECT 1") == 1
    second.stop()
    assert not server.alive()


def test_processes_that_start_at_once_share_it(data_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from db.embedded import running\n"
        "from db.postmaster import Postmaster\n"
        "with running(Path(sys.argv[1])):\n"
        "    print(Postmaster.read(Path(sys.argv[1]) / 'postgres').pid, flush=True); sys.stdin.read()"
    )
    users = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    said = [user.stdout.readline().strip() for user in users if user.stdout]
    server = postmaster(data_dir)
    assert said == [str(server.pid)] * 3
    for user in users:
        user.communicate()
    assert [user.returncode for user in users] == [0, 0, 0]
    wait_until(lambda: not server.alive())


async def test_it_comes_back_after_kill_9(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir)
    server.start()
    await ask(server.url, "CREATE TABLE survived AS SELECT generate_series(1, 1000) AS n")
    killed = postmaster(data_dir)
    os.kill(killed.pid, signal.SIGKILL)
    wait_until(lambda: not killed.alive())
    assert (data_dir / "postgres" / "postmaster.pid").exists()
    with running(data_dir) as url:
        assert postmaster(data_dir).pid != killed.pid
        assert await ask(url, "SELECT count(*) FROM survived") == 1000
        server.stop()
        assert await ask(url, "SELECT 1") == 1


def test_one_that_ends_while_it_is_looked_at_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def ended(path: Path) -> bytes:
        raise ProcessLookupError(path)

    monkeypatch.setattr(Path, "read_bytes", ended)
    assert not Postmaster(pid=os.getpid(), sockets=tmp_path, ready=True).alive()


async def test_one_that_a_killed_process_left_is_found_and_stopped(data_dir: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from db.embedded import EmbeddedServer\n"
        "EmbeddedServer(Path(sys.argv[1])).start(); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", program, str(data_dir)], check=False)
    assert died.returncode == -signal.SIGKILL
    left = postmaster(data_dir)
    assert left.alive()
    with running(data_dir) as url:
        assert postmaster(data_dir).pid == left.pid
        assert await ask(url, "SELECT 1") == 1
    wait_until(lambda: not left.alive())


async def test_a_process_number_given_to_another_program_does_not_mislead(data_dir: Path) -> None:
    with running(data_dir):
        pass
    folder = data_dir / "postgres"
    with tempfile.TemporaryFile() as output:
        other = account_for(folder, programs() / "postgres").start(["sleep", "60"], output)
    told = f"{other.pid}\n{folder}\n1\n5432\n{folder}\n\n1 1\nready\n"
    # A server that was killed leaves its number in both places, and has it until somebody collects its end.
    (folder / "postmaster.pid").write_text(told)
    (folder / ".s.PGSQL.5432.lock").write_text(told)
    try:
        with running(data_dir) as url:
            assert await ask(url, "SELECT 1") == 1
            assert postmaster(data_dir).pid != other.pid
    finally:
        other.kill()
        other.wait()


async def test_a_making_that_was_interrupted_is_begun_again(tmp_path: Path) -> None:
    draft = tmp_path / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    with running(tmp_path) as url:
        assert await ask(url, "SELECT 1") == 1
    assert not draft.exists()


async def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a folder, with a name " + "x" * 80)
    with running(deep) as url:
        assert await ask(url, "SELECT 1") == 1
        sockets = postmaster(deep).sockets
        assert len(os.fsencode(sockets / SOCKET)) <= 103
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert not sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another account")
async def test_root_runs_it_as_another_account_even_behind_closed_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    wheel = programs().parents[1]
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(folder, closed / folder.name)
    monkeypatch.setattr("db.embedded.programs", lambda: closed / wheel.name / "pginstall" / "bin")
    with running(closed / "data") as url:
        assert await ask(url, "SELECT 1") == 1
        owner = Path(f"/proc/{postmaster(closed / 'data').pid}").stat().st_uid
        assert owner == (closed / "data" / "postgres").stat().st_uid
        assert owner != 0
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_data_that_postgresql_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    with running(tmp_path):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedServerError, match=r"did not start: .*incompatible with server"):
        EmbeddedServer(tmp_path).start()


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedServerError, match=r"cannot be started: .*file"):
        EmbeddedServer(tmp_path / "file" / "data").start()


def test_no_url_before_the_start(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError, match="not started"):
        _ = EmbeddedServer(tmp_path).url


def test_a_platform_without_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.embedded.find_spec", lambda name: None)
    with pytest.raises(EmbeddedServerError, match="DATABASE_URL"):
        programs()


async def test_a_temporary_one_leaves_nothing() -> None:
    with temporary() as url:
        folder = Path(str(await ask(url, "SELECT current_setting('data_directory')")))
        assert await ask(url, "SELECT current_setting('fsync')") == "off"
        assert folder.exists()
    assert not folder.parent.exists()
