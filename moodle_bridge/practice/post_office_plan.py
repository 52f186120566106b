"""A post office from a file, in a process of its own.

The plan is JSON::

    {"domains": ["learning.example.org"],
     "mailboxes": [{"address": "amina@learning.example.org"},
                   {"address": "ben@learning.example.org", "autoreply": {"obeys": false}}],
     "dead": ["gone@learning.example.org"],
     "lists": [{"address": "forum@learning.example.org",
                "members": ["amina@learning.example.org"], "subject_prefix": "[forum]"}],
     "rates": {"greylist": 0.1, "hang-up-after-storing": 0.05},
     "seed": 1}
"""

from __future__ import annotations

import json
import signal
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar

import click
from pydantic import ConfigDict, TypeAdapter

from moodle_bridge.practice.post_office import PostOffice
from moodle_bridge.practice.post_office_lists import PracticeList
from moodle_bridge.practice.post_office_misbehave import Misbehave, Mischief
from moodle_bridge.practice.post_office_notes import AutoReply


@dataclass(frozen=True, kw_only=True)
class MailboxPlan:
    """A mailbox, and what it answers by itself (None = nothing)."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    address: str
    autoreply: AutoReply | None = None


@dataclass(frozen=True, kw_only=True)
class OfficePlan:
    """All that a post office holds. `rates` are shares from 0 to 1."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    domains: tuple[str, ...]
    mailboxes: tuple[MailboxPlan, ...] = ()
    dead: tuple[str, ...] = ()
    lists: tuple[PracticeList, ...] = ()
    rates: dict[Mischief, float] = field(default_factory=dict)
    seed: int = 0
    size_limit: int | None = None


def read_plan(text: str) -> OfficePlan:
    """Return the plan that a JSON text holds; raises pydantic's ValidationError."""
    return TypeAdapter(OfficePlan).validate_json(text)


def office_of(plan: OfficePlan, folder: Path, *, port: int = 0) -> PostOffice:
    """Return a post office that holds what the plan says, not yet listening."""
    misbehave = Misbehave(seed=plan.seed)
    for mischief, share in plan.rates.items():
        misbehave.rate(mischief, share)
    office = PostOffice(
        folder,
        plan.domains,
        port=port,
        size_limit=plan.size_limit,
        misbehave=misbehave,
    )
    for mailbox in plan.mailboxes:
        office.add_mailbox(mailbox.address, autoreply=mailbox.autoreply)
    for address in plan.dead:
        office.add_dead(address)
    for practice_list in plan.lists:
        office.add_list(**asdict(practice_list))
    return office


_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--folder", type=_FOLDER, required=True, help="Where the mailboxes lie.")
@click.option("--port", type=int, default=0, help="Port to listen on; 0 takes any.")
@click.option("--plan", type=_FILE, required=True, help="JSON file: who lives here.")
def main(folder: Path, port: int, plan: Path) -> None:
    """Run a practice post office until it is told to stop.

    Its first line of output is JSON with `host` and `port`.
    """
    office = office_of(read_plan(plan.read_text("utf-8")), folder, port=port)
    signals = {signal.SIGTERM, signal.SIGINT}
    # Before the listener's thread starts, so that it holds them back as well.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with office:
        click.echo(json.dumps({"host": office.host, "port": office.port}))
        signal.sigwait(signals)
