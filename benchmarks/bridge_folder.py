"""A bridge to measure: its settings and its ledger in a folder, its commands run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.part import Part

_FOLDER = Path(__file__).parents[1]

_TOP = """\
[moodle]
url = "{url}"
token = {{ file = "token" }}
[mail]
address = "bridge@lists.example"
reply_secret = {{ file = "secret" }}
[mail.out]
plugin = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
[[mail.in]]
plugin = "maildir"
path = "mail"
"""
_PAIR = """\
[[pair]]
name = "{name}"
course = "{course}"
forum = "all"
new_discussions_to = {cmid}
hold = "0s"
[pair.list]
plugin = "remote"
address = "{name}@lists.example"
name = "{course}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command took: time, time of a processor, and memory at most."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float


class BridgeFolder:
    """A bridge between a practice site and an SMTP sink: one pair for each course."""

    def __init__(self, folder: Path, site: Part, sink: Part) -> None:
        self._folder = folder
        for name in ("mail", "mail/new", "mail/cur", "mail/tmp"):
            (folder / name).mkdir()
        for name, text in (("token", site.about["token"]), ("secret", "s" * 40)):
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(text, encoding="ascii")
        sections = [_TOP.format(url=site.about["url"], port=sink.about["port"])]
        sections += [
            _PAIR.format(
                name=course["shortname"].lower(),
                course=course["shortname"],
                cmid=course["forums"][0]["cmid"],
            )
            for course in site.about["courses"]
        ]
        (folder / "bridge.toml").write_text("".join(sections), encoding="utf-8")

    def run(self, *arguments: str) -> Ran:
        """Run `moodle-bridge` in a process of its own; RuntimeError if it fails."""
        told = self._folder / "taken"
        started = time.perf_counter()
        ended = subprocess.run(
            [
                sys.executable,
                "-m",
                "benchmarks.measured_command",
                str(told),
                "--quiet",
                "--config",
                str(self._folder / "bridge.toml"),
                *arguments,
            ],
            cwd=_FOLDER,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
        if ended.returncode:
            msg = f"moodle-bridge {arguments[0]} ended with {ended.returncode}:"
            raise RuntimeError(f"{msg} {ended.stdout}{ended.stderr}")
        taken = json.loads(told.read_text(encoding="ascii"))
        return Ran(
            seconds=seconds,
            cpu_seconds=taken["cpu_seconds"],
            peak_megabytes=taken["peak_mb"],
        )
