"""Real servers for tests: started, killed, started again."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Server:
    """A real server in a process group of its own."""

    environment: dict[str, str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wsgi:app"], cwd=ROOT, start_new_session=True,
            env={**os.environ, **self.environment, "PORT": str(self.port), "WEB_CONCURRENCY": "2"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(600):
            assert self.process.poll() is None, "the server did not start"
            try:
                if self.request("GET", "/khoe", {}, {})[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """SIGKILL the master and its workers at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def request(self, method: str, path: str, form: dict[str, Any], headers: dict[str, str]) -> tuple[int, str]:
        """One request on a connection of its own; OSError when the server goes away meanwhile."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            body = urlencode(form)
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
            return response.status, response.getheader("Location", "")
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def post(self, visitor: "Visitor", path: str, **form: Any) -> tuple[int, str]:
        """A form of this visitor's."""
        form["csrf_token"] = visitor.token
        headers = {"Cookie": f"phien={visitor.cookie}", "X-Requested-With": "fetch"}
        return self.request("POST", path, form, headers)


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in."""

    cookie: str
    token: str


def signed_in(app: Flask, account_id: int, now: datetime) -> Visitor:
    """A session of this account."""
    cookies: Any = app.session_interface
    signer = cookies.get_signing_serializer(app)
    tokens = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token")
    kept = {
        "_user_id": f"{account_id}.0", "_fresh": True, "seen": int(now.timestamp()), "csrf_token": f"c{account_id}",
    }  # fmt: skip
    return Visitor(signer.dumps(kept), str(tokens.dumps(f"c{account_id}")))
