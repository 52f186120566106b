"""A practice Moodle and a practice post office, and the real command between them."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.post_office import PostOffice
from moodle_bridge.practice.records import Discussion

BRIDGE = "bridge@lists.example"
LIST = "fo26@lists.example"
COMMAND = Path(sys.executable).with_name("moodle-bridge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Town:
    """One course, one list, three people, and a folder with bridge.toml."""

    def __init__(
        self, folder: Path, moodle: PracticeMoodle, url: str, office: PostOffice
    ) -> None:
        self.folder = folder
        self.moodle = moodle
        self.url = url
        self.office = office
        self.course = moodle.add_course("Facilitating online", shortname="FO26")
        self.forum = moodle.add_forum(self.course, "Questions")
        people = [
            moodle.add_user("bridge", "Course", "Bridge", BRIDGE, systemrole="manager"),
            moodle.add_user("grace", "Grace", "Nakato", "grace@ug.example"),
            moodle.add_user("ha", "Thị Hà", "Nguyễn", "ha@vn.example"),
        ]
        self.bridge, self.grace, self.ha = people
        for person in people:
            teaches = person is not self.ha
            moodle.enrol(
                person, self.course, "editingteacher" if teaches else "student"
            )
            office.add_mailbox(person.email)
        office.add_list(LIST, [person.email for person in people])
        self.say("token", moodle.token_for(self.bridge))
        self.say("secret", "a secret for the reply keys")
        self.configure()

    def say(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")

    def configure(self, **changed: str) -> None:
        """Write bridge.toml; `changed` are raw values by dotted key."""
        known = {
            "moodle.url": f'"{self.url}"',
            "moodle.token": '{ file = "token" }',
            "mail.address": f'"{BRIDGE}"',
            "mail.reply_secret": '{ file = "secret" }',
            "mail.out.plugin": '"smtp"',
            "mail.out.host": '"127.0.0.1"',
            "mail.out.port": str(self.office.port),
            "mail.out.security": '"none"',
            "safety.settle_after": '"0s"',
            **changed,
        }
        sections: dict[str, list[str]] = {}
        for name, value in known.items():
            section, _, key = name.rpartition(".")
            sections.setdefault(section, []).append(f"{key} = {value}")
        text = "\n".join(
            "\n".join([f"[{section}]", *lines]) for section, lines in sections.items()
        )
        self.say(
            "bridge.toml",
            f"""{text}
[[mail.in]]
plugin = "maildir"
path = "{self.office.path(BRIDGE)}"
[[pair]]
name = "fo26"
course = "FO26"
forum = {self.forum.cmid}
hold = "0s"
[pair.list]
plugin = "remote"
address = "{LIST}"
name = "FO26"
""",
        )

    def run(self, *arguments: str, limit: Callable[[], None] | None = None) -> Ended:
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            env=self.environ(),
            preexec_fn=limit,
            timeout=600,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return Ended(code=done.returncode, out=done.stdout, err=done.stderr)

    def command(self, *arguments: str) -> list[str]:
        config = str(self.folder / "bridge.toml")
        return [str(COMMAND), "--config", config, *arguments]

    def environ(self) -> dict[str, str]:
        return {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}

    def sync(self, *arguments: str) -> Ended:
        return self.run("sync", *arguments)

    def status(self) -> dict[str, Any]:
        told = json.loads(self.run("status", "--json").out)
        assert isinstance(told, dict)
        return told

    def post(self, subject: str = "Blog") -> Discussion:
        return self.moodle.post(
            self.ha, self.forum, subject, "<p>How do I begin?</p>", groupid=-1
        )

    def held(self) -> list[dict[str, str]]:
        told = json.loads(self.run("held", "--json").out)
        rows = told["held"]
        assert isinstance(rows, list)
        return rows


def no_file_over(size: int) -> Callable[[], None]:
    """Return what lets a process write no file beyond a size, like a full disk."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit
