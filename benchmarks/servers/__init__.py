"""The servers under measurement: each module says how its server is started and how it is asked."""

from __future__ import annotations

from typing import Protocol

from benchmarks.requests import Request
from benchmarks.servers import idiomatic, limit, postgraphile, sql, wavelength
from benchmarks.servers.process import Program
from benchmarks.site import Site


class Server(Protocol):
    """What every module of a server offers."""

    NAME: str

    def program(self, site: Site) -> Program:
        """How to start it; installs what it needs first."""

    def requests(self, operation: str, site: Site) -> list[Request]:
        """The operation's requests, one for each id of the site's sample."""


SERVERS: dict[str, Server] = {server.NAME: server for server in (wavelength, postgraphile, sql, limit, idiomatic)}
