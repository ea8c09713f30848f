"""Putting load on the server with wrk, and what that costs."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.server import Server

LUA = Path(__file__).parent / "rotate.lua"


@dataclass(frozen=True)
class Request:
    """One request of somebody signed in; `body` is a form."""

    method: str
    path: str
    cookie: str
    body: str = ""

    def line(self) -> str:
        """As rotate.lua reads it."""
        return "\t".join((self.method, self.path, self.cookie, self.body))


@dataclass(frozen=True)
class Measured:
    """What a run came to; times in milliseconds."""

    connections: int
    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    database_cpu_ms: float
    refused: int
    broken: int

    def values(self) -> dict[str, float]:
        """Rounded for print."""
        return {key: round(value, 2) for key, value in asdict(self).items()}


def run(server: Server, requests: Sequence[Request], *, connections: int, seconds: int) -> Measured:
    """Send the requests in turn over some connections for some seconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as file:
        file.write("\n".join(request.line() for request in requests) + "\n")
        file.flush()
        cpu, database = server.cpu_ms(), server.database_cpu_ms()
        command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s"]
        done = subprocess.run(
            [*command, "-s", str(LUA), server.address, "--", file.name], capture_output=True, text=True, check=True
        )
        cpu, database = server.cpu_ms() - cpu, server.database_cpu_ms() - database
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    result = json.loads(line.removeprefix("RESULT "))
    count = max(result["requests"], 1)
    return Measured(
        connections=connections,
        per_second=count / (result["micros"] / 1e6),
        p50_ms=result["p50"] / 1000,
        p95_ms=result["p95"] / 1000,
        cpu_ms=cpu / count,
        database_cpu_ms=database / count,
        refused=result["refused"],
        broken=result["broken"],
    )
