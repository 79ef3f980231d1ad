"""Load by wrk: a closed loop of connections over a list of requests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.cores import Cores, pin
from benchmarks.errors import BenchmarkError
from benchmarks.requests import Request

CONNECTIONS = 32
THREADS = 1

_SCRIPT = """
local requests = {{}}
function init()
  {requests}
end
local at = 0
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\\n{{"requests": %d, "microseconds": %d, "bytes": %d, "failures": %d, "p50": %.0f, "p99": %.0f}}\\n',
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Measurement:
    """One run: requests per second, latencies in microseconds, mean bytes of a response with its headers."""

    rate: float
    p50: float
    p99: float
    response_bytes: float


def ensure_wrk() -> str:
    """Where wrk is, installed where it is missing and can be; raises :class:`BenchmarkError` where it cannot."""
    apt = shutil.which("apt-get")
    if shutil.which("wrk") is None and apt is not None and os.geteuid() == 0:
        print("Installing wrk by apt-get")
        for command in ([apt, "update", "-qq"], [apt, "install", "-qq", "-y", "--no-install-recommends", "wrk"]):
            subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    wrk = shutil.which("wrk")
    if wrk is None:
        raise BenchmarkError("wrk is missing: on Debian, apt-get install wrk")
    return wrk


def script(requests: Sequence[Request], path: Path) -> Path:
    """Write the Lua script that sends the requests in turn."""
    lines = "\n  ".join(f"requests[#requests + 1] = {_lua(request)}" for request in requests)
    path.write_text(_SCRIPT.format(requests=lines))
    return path


def run(script_path: Path, port: int, seconds: int, cores: Cores) -> Measurement:
    """Load the server for some seconds; raises :class:`BenchmarkError` if any request fails."""
    options = (f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "30s")
    process = subprocess.run(
        [ensure_wrk(), *options, "-s", str(script_path), f"http://127.0.0.1:{port}"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=partial(pin, 0, cores),
    )
    if process.returncode:
        raise BenchmarkError(f"wrk failed: {process.stderr.strip() or process.stdout.strip()}")
    summary = json.loads(process.stdout.strip().splitlines()[-1])
    if summary["failures"] or not summary["requests"]:
        raise BenchmarkError(f"{script_path.stem}: {summary['failures']} of {summary['requests']} requests failed")
    return Measurement(
        rate=summary["requests"] / summary["microseconds"] * 1e6,
        p50=summary["p50"],
        p99=summary["p99"],
        response_bytes=summary["bytes"] / summary["requests"],
    )


def _lua(request: Request) -> str:
    headers = ", ".join(f"[{_quoted(name)}] = {_quoted(value)}" for name, value in request.headers.items())
    body = _quoted(request.body) if request.body else "nil"
    return f"wrk.format({_quoted(request.method)}, {_quoted(request.path)}, {{{headers}}}, {body})"


def _quoted(value: str) -> str:
    # A JSON string of ASCII characters without \\u or \\/ escapes is a Lua string too.
    return json.dumps(value)
