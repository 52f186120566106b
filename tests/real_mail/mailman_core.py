"""A real Mailman 3 core, started from an environment of its own and stopped again.

It is a peer that the tests speak with over sockets; nothing of it is imported.
"""

from __future__ import annotations

import base64
import json
import os
import random
import signal
import smtplib
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

ENVIRONMENT = Path(__file__).parents[2] / ".venv-mailman"
PASSWORD = "a-password-for-rest"
_PATIENCE = 600.0
# Below those that the system gives to whoever asks for any.
_PORTS = (20_000, 32_000)

_CONFIGURATION = """\
[mailman]
site_owner: owner@lists.example
layout: here
html_to_plain_text_command: /bin/cat $filename
[paths.here]
var_dir: {folder}/var
[database]
url: sqlite:///{folder}/mailman.db?timeout=60
[webservice]
hostname: 127.0.0.1
port: {rest}
workers: 1
admin_user: restadmin
admin_pass: {password}
[mta]
incoming: mailman.mta.null.NullMTA
lmtp_host: 127.0.0.1
lmtp_port: {lmtp}
smtp_host: 127.0.0.1
smtp_port: {smtp}
[runner.master]
sleep_time: 0.1s
[runner.bounces]
sleep_time: 1s
[runner.digest]
start: no
[runner.task]
start: no
[runner.retry]
start: no
[runner.nntp]
start: no
[dmarc]
org_domain_data_url: file://{folder}/domains.txt
"""


def until(holds: Callable[[], Any], what: str, *, seconds: float = 300.0) -> Any:
    """Wait until something holds, and return it; fail with `what` when it never does."""
    end = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.05)


def free_ports(number: int) -> list[int]:
    """Return ports that are free, and that the system gives to nobody by chance.

    So they are still free when the server that they are for takes them.
    """
    chance = random.SystemRandom()  # of two test runs each has its own
    found: list[int] = []
    with ExitStack() as taken:
        while len(found) < number:
            tried, port = socket.socket(), chance.randrange(*_PORTS)
            taken.callback(tried.close)
            with suppress(OSError):
                tried.bind(("127.0.0.1", port))
                found.append(port)
    return found


class MailmanCore:
    """One Mailman with its own folder and ports; mails go out to `smtp_port`."""

    def __init__(self, folder: Path, *, smtp_port: int) -> None:
        self.folder = folder
        self.rest_port, self.lmtp_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.rest_port}"
        (folder / "domains.txt").write_text("example\n", encoding="utf-8")
        (folder / "mailman.cfg").write_text(
            _CONFIGURATION.format(
                folder=folder,
                rest=self.rest_port,
                lmtp=self.lmtp_port,
                smtp=smtp_port,
                password=PASSWORD,
            ),
            encoding="utf-8",
        )
        self._master: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "master.log").open("wb") as log:
            self._master = subprocess.Popen(
                [
                    str(ENVIRONMENT / "bin" / "master"),
                    "-C",
                    str(self.folder / "mailman.cfg"),
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
        until(self._answers, "Mailman answers REST and LMTP", seconds=_PATIENCE)

    def stop(self) -> None:
        master, self._master = self._master, None
        if master is None:
            return
        # Nothing of it is wanted any more, and its runners take long to say farewell.
        os.killpg(master.pid, signal.SIGKILL)
        master.wait(60)

    def rest(self, method: str, path: str, **form: object) -> dict[str, Any]:
        """Ask Mailman as its own admin would; an answer without words is empty."""
        body = urlencode({name: str(value) for name, value in form.items()}).encode()
        login = base64.b64encode(f"restadmin:{PASSWORD}".encode()).decode()
        request = Request(
            f"{self.url}/3.1/{path}",
            data=body if form else None,
            method=method,
            # Said at once: an answer of 401 would cost two seconds.
            headers={"Authorization": f"Basic {login}"},
        )
        with build_opener(ProxyHandler({})).open(request, timeout=120) as response:
            answer = response.read()
        return json.loads(answer) if answer else {}

    def add_list(self, address: str, **config: object) -> str:
        """Make a list and return its List-Id."""
        domain = address.rpartition("@")[2]
        try:
            self.rest("POST", "domains", mail_host=domain)
        except HTTPError as error:
            error.close()
        self.rest("POST", "lists", fqdn_listname=address)
        settings = {
            "send_welcome_message": False,
            "admin_immed_notify": False,
            **config,
        }
        self.rest("PATCH", f"lists/{address}/config", **settings)
        return address.replace("@", ".")

    def add_member(self, list_id: str, address: str) -> None:
        self.rest(
            "POST",
            "members",
            list_id=list_id,
            subscriber=address,
            pre_verified=True,
            pre_confirmed=True,
            pre_approved=True,
            send_welcome_message=False,
        )

    def rests(self) -> bool:
        """Say whether no mail is under way inside.

        A runner renames what it works at, and puts it into the next queue before it
        lets go of it: so a mail is at any moment in one of these files. It can move to
        a queue that was looked at already, so they are looked at more than once.
        """
        queues = self.folder / "var" / "queue"
        return not any(
            path.suffix in {".pck", ".bak"} and path.parent.name not in {"bad", "shunt"}
            for _ in range(3)
            for path in queues.rglob("*")
        )

    def _answers(self) -> bool:
        assert self._master is not None
        assert self._master.poll() is None, (self.folder / "master.log").read_text()
        # It is not enough that somebody listens there.
        try:
            self.rest("GET", "system/versions")
            with smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=60):
                return True
        except HTTPError as error:
            error.close()
        except (OSError, smtplib.SMTPException):
            pass
        return False


def listens(port: int) -> bool:
    """Say whether somebody listens at a port of this machine."""
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0
