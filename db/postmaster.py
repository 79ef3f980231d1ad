"""Which PostgreSQL server runs over a data folder, as its ``postmaster.pid`` tells."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Postmaster:
    """The server that wrote ``postmaster.pid``, running or gone."""

    pid: int
    sockets: Path
    ready: bool

    @classmethod
    def read(cls, folder: Path) -> Postmaster | None:
        """The server that the folder names; None where it names none."""
        try:
            lines = (folder / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return None
        # Written line by line while the server starts: process, folder, time, port, socket folder, …, status.
        lines += [""] * (8 - len(lines))
        return cls(pid=int(lines[0] or 0), sockets=Path(lines[4]), ready=lines[7].strip() == "ready")

    @classmethod
    def find(cls, folder: Path, patience: float) -> Postmaster | None:
        """The running server, waited for up to ``patience`` seconds while it starts; None where none runs."""
        deadline = time.monotonic() + patience
        while (server := cls.read(folder)) is not None and server.alive():
            if server.ready and server.answers():
                return server
            if time.monotonic() > deadline:
                raise TimeoutError(f"process {server.pid} holds {folder} but does not answer")
            time.sleep(0.05)
        return None

    def answers(self) -> bool:
        """Whether somebody listens on its socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(self.sockets / SOCKET))
            except OSError:
                return False
        return True

    def alive(self) -> bool:
        """Whether its process lives; one of another program that was given the number since does not count."""
        if not self._number_lives():
            return False
        try:
            return b"postgres" in Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except ProcessLookupError:
            # It ended while we looked.
            return False
        except FileNotFoundError:
            # macOS has no /proc: trust the number there.
            return not Path("/proc").exists()

    def number_taken(self) -> bool:
        """Whether another program was given its process number since."""
        return self._number_lives() and not self.alive()

    def _number_lives(self) -> bool:
        if self.pid <= 0:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def halt(self, patience: float) -> None:
        """Stop it: statements are cancelled, what was committed is kept."""
        os.kill(self.pid, signal.SIGINT)
        deadline = time.monotonic() + patience
        while self.alive():
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL (process {self.pid}) did not stop within {patience:.0f} seconds")
            time.sleep(0.02)
