"""PostgreSQL refuses to run as root: which account runs it there, and how that account reaches the files."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any


class AccountError(Exception):
    """No account can run the server here; the message says why."""


@dataclass(frozen=True)
class Account:
    """Whose processes and files the server's are.

    ``gated`` says that a folder on the way, such as /root, is closed to the account. Its processes are then allowed
    to pass by the one capability for that, because opening root's folders to everybody would be worse.
    """

    uid: int
    gid: int
    switch: bool = False
    gated: bool = False

    def own(self, path: Path) -> None:
        """Give ``path``, and all that lies in it, to the account."""
        if not self.switch:
            return
        os.chown(path, self.uid, self.gid)
        for parent, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(Path(parent) / name, self.uid, self.gid, follow_symlinks=False)

    def start(self, command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start ``command`` as the account, in a session of its own, out of reach of the terminal's Ctrl-C."""
        options: dict[str, Any] = {}
        if self.gated:
            command = [*self._pass_gates(), *command]
        elif self.switch:
            options = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            # PGPORT, PGOPTIONS and the like are meant for other servers.
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            start_new_session=True,
            umask=0o077,
            **options,
        )

    def _pass_gates(self) -> list[str]:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise AccountError(
                "a folder above the project or its data is closed to other accounts, and there is no setpriv: "
                "run as an ordinary user, or name a server by DATABASE_URL"
            )
        capability = "+dac_override"
        return [
            setpriv,
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
            f"--inh-caps={capability}",
            f"--ambient-caps={capability}",
            # access(2) leaves the capabilities of all but root out of account unless told; initdb asks by it.
            "--securebits=+no_setuid_fixup",
            "--",
        ]


def account_for(folder: Path, program: Path) -> Account:
    """The account that runs ``program`` over ``folder``: our own; for root the folder's owner, or else ``nobody``."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    owner = _owner(folder) or pwd.getpwnam("nobody")
    uid, gid = owner.pw_uid, owner.pw_gid
    return Account(uid, gid, switch=True, gated=not (_open_to(uid, folder) and _open_to(uid, program)))


def _owner(folder: Path) -> pwd.struct_passwd | None:
    """Who owns the folder, or where it is still to be made the nearest one above it; None for root."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    uid = existing.stat().st_uid
    try:
        return None if uid == 0 else pwd.getpwuid(uid)
    except KeyError:
        return None


def _open_to(uid: int, path: Path) -> bool:
    """Whether the account may pass every folder above ``path``, and a file there is for everybody to read and run."""
    if path.is_file() and not path.stat().st_mode & stat.S_IROTH:
        return False
    states = [parent.stat() for parent in path.resolve().parents if parent.exists()]
    return all(state.st_mode & stat.S_IXOTH or state.st_uid == uid for state in states)
