"""`moodle-bridge enrol` and its parts."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.group import Group

_COMMANDS = {
    "apply": "sync.cli.enrol_apply",
    "undo": "sync.cli.enrol_undo",
}


@click.group(
    "enrol",
    cls=Group,
    lazy=_COMMANDS,
    epilog=options.examples(
        "moodle-bridge enrol plan sm25",
        "moodle-bridge enrol apply sm25-1.plan.json",
        "moodle-bridge enrol undo sm25-1",
    ),
)
def command() -> None:
    """Enrol the people of an intake form: plan it, read the plan, apply exactly that."""
