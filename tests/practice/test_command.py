"""`moodle-bridge practice`, as a person starts it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from moodle_bridge.practice.keeping import load

COMMAND = [sys.executable, "-c", "from sync.cli import main; main()", "practice"]


def read_until(lines: Iterator[str], pattern: str) -> str:
    for line in lines:
        found = re.search(pattern, line)
        if found:
            return found[1]
    pytest.fail(f"it never said {pattern}")


@contextmanager
def started(
    *options: str, end: signal.Signals = signal.SIGINT
) -> Iterator[Iterator[str]]:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ},
    ) as practice:
        assert practice.stdout is not None
        try:
            yield iter(practice.stdout.readline, "")
        finally:
            practice.send_signal(end)
            try:
                practice.wait(120)
            finally:
                practice.kill()
    assert practice.returncode == 0


def ask(url: str, token: str, function: str, **more: str) -> requests.Response:
    return requests.post(
        f"{url}/webservice/rest/server.php",
        data={
            "wstoken": token,
            "wsfunction": function,
            "moodlewsrestformat": "json",
            **more,
        },
        timeout=10,
    )


def test_it_opens_a_course_with_pages_and_tokens(socket_enabled: None) -> None:
    with started() as lines:
        url = read_until(lines, r"open at (http://127\.0\.0\.1:\d+)/")
        token = read_until(lines, r"\(bridge\) +manager +(\w{32})")
        read_until(lines, r"\(part1\) +student +(\w{32})")
        assert "Facilitating online" in requests.get(f"{url}/", timeout=10).text
        info = ask(url, token, "core_webservice_get_site_info").json()
        assert info["username"] == "bridge"


def test_what_happened_is_there_the_next_time(
    tmp_path: Path, socket_enabled: None
) -> None:
    kept = tmp_path / "site.json"
    with started("--state", str(kept), end=signal.SIGTERM) as lines:
        url = read_until(lines, r"open at (http://127\.0\.0\.1:\d+)/")
        token = read_until(lines, r"\(bridge\) +manager +(\w{32})")
        made = ask(
            url,
            token,
            "core_cohort_create_cohorts",
            **{
                "cohorts[0][categorytype][type]": "system",
                "cohorts[0][categorytype][value]": "",
                "cohorts[0][name]": "Autumn",
                "cohorts[0][idnumber]": "autumn",
            },
        ).json()
    assert load(kept).cohorts[made[0]["id"]].name == "Autumn"
    with started("--state", str(kept), "--no-rest") as lines:
        url = read_until(lines, r"open at (http://127\.0\.0\.1:\d+)/")
        assert token == read_until(lines, r"\(bridge\) +manager +(\w{32})")
        assert ask(url, token, "core_webservice_get_site_info").status_code == 403


@pytest.mark.parametrize(
    "options",
    [
        ["--state", "{folder}/other.json"],
        ["--state", "{folder}/nowhere/site.json"],
        ["--port", "{taken}"],
        ["--json"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_told_and_ends_it(
    tmp_path: Path, socket_enabled: None, options: list[str]
) -> None:
    (tmp_path / "other.json").write_text("[]")
    with socket.create_server(("127.0.0.1", 0)) as other:
        filled = [
            option.format(folder=tmp_path, taken=other.getsockname()[1])
            for option in options
        ]
        ended = subprocess.run(
            [*COMMAND, *filled],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert ended.returncode == 2
    assert "What to do:" in ended.stderr or "advice" in ended.stdout
