"""A bridge to measure: its settings and its ledger in a folder, its commands run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
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
    """How a command ended, in how many seconds, and what it had of memory at most."""

    exit_code: int
    seconds: float
    peak_megabytes: float
    said: str


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

    def run(self, *arguments: str, may_end: Sequence[int] = (0,)) -> Ran:
        """Run `moodle-bridge` in a process of its own.

        Raises RuntimeError when it ends with another exit code than may be.
        """
        told = self._folder / "peak"
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
        if ended.returncode not in may_end:
            msg = f"moodle-bridge {arguments[0]} ended with {ended.returncode}:"
            raise RuntimeError(f"{msg} {ended.stdout}{ended.stderr}")
        return Ran(
            exit_code=ended.returncode,
            seconds=seconds,
            peak_megabytes=float(told.read_text(encoding="ascii")),
            said=ended.stdout,
        )
