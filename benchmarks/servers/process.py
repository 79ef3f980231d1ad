"""A server under measurement: a process of its own that listens on the loopback address."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.cores import Cores, pin
from benchmarks.errors import BenchmarkError

START_SECONDS = 60
STOP_SECONDS = 10


@dataclass(frozen=True)
class Program:
    """What to start; ``{port}`` in an argument or a variable's value becomes the port."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path


@contextmanager
def running(program: Program, cores: Cores, log_folder: Path) -> Iterator[int]:
    """Start the program on ``cores``, yield its port once it accepts connections, stop it at the end."""
    port = _free_port()
    log = log_folder / f"{program.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [argument.format(port=port) for argument in program.arguments],
            env=os.environ | {name: value.format(port=port) for name, value in program.environment.items()},
            cwd=program.folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=partial(pin, 0, cores),
        )
        try:
            _await_port(process, port, program.name, log)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _await_port(process: subprocess.Popen[bytes], port: int, name: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise BenchmarkError(f"{name} ended at its start: {' '.join(said)} (see {log})")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise BenchmarkError(f"{name} does not listen after {START_SECONDS} seconds (see {log})")
