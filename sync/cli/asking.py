"""Shows what is about to be done, and asks whether it is meant."""

from __future__ import annotations

from collections.abc import Callable

import click

from sync.cli.invocation import Invocation
from sync.cli.printing import show_result
from sync.cli.result import Result


def asked(
    invocation: Invocation, question: str, *, yes: bool
) -> Callable[[Result], bool]:
    """Return what shows a result on stderr and asks a person about it.

    With `yes` nothing is shown or asked.
    """

    def ask(shown: Result) -> bool:
        if yes:
            return True
        show_result(
            shown,
            command=invocation.command,
            as_json=False,
            quiet=False,
            stdout=invocation.stderr,
        )
        return click.confirm(question, err=True)

    return ask
