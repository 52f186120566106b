"""Tells the story while it happens, line by line, to whoever looks on."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from sync.cli.printing import WIDTH, printable

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation


class Telling:
    """Writes to stderr, so that what the command gives back stands alone on stdout.

    Silent with --quiet, --json and --no-progress. Colours only on a terminal, and
    not where NO_COLOR is set.
    """

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self._silent = (
            invocation.quiet or invocation.as_json or not invocation.show_progress
        )
        environ = invocation.environ
        self._coloured = (
            invocation.stderr.isatty()
            and not environ.get("NO_COLOR")
            and environ.get("TERM") != "dumb"
        )

    def scene(self, title: str) -> None:
        """Begin a part of the day."""
        self._write("")
        self._write(title, bold=True)

    def happens(self, time: str, text: str) -> None:
        """Tell what somebody does."""
        self._write(text, first=f"  {time}  ", rest=9)

    def said(self, text: str) -> None:
        """Tell something in between, or show a line of what was written."""
        self._write(text, first=" " * 9, rest=9)

    def quoted(self, text: str) -> None:
        """Show what somebody wrote."""
        for line in text.splitlines():
            self._write(line, first=" " * 9 + "| ", rest=11, dim=True)

    def command(self, line: str) -> None:
        """Show a command that the admin types."""
        for part in _continued(line):
            self._write(part, wrapped=False, fg="cyan", bold=True)

    def answer(self, text: str) -> None:
        """Show what a command printed."""
        for line in text.splitlines():
            self._write(line, first="    ", wrapped=False, dim=True)

    def bridge(self, text: str) -> None:
        """Tell what the bridge did."""
        self._write(text, first="  -> ", rest=5, fg="green")

    def _write(
        self,
        text: str,
        *,
        first: str = "",
        rest: int = 0,
        wrapped: bool = True,
        **style: bool | str,
    ) -> None:
        if self._silent:
            return
        text = self._invocation.without_secrets(printable(text))
        lines = [first + text]
        if wrapped and len(first + text) > WIDTH:
            lines = textwrap.wrap(
                text,
                WIDTH,
                initial_indent=first,
                subsequent_indent=" " * rest,
                break_long_words=False,
                break_on_hyphens=False,
            )
        for line in lines or [""]:
            shown = click.style(line, **style) if self._coloured and style else line  # type: ignore[arg-type]
            self._invocation.stderr.write(f"{shown}\n")
        self._invocation.stderr.flush()


def _continued(line: str) -> list[str]:
    """Return a command over several lines, as a shell takes it."""
    parts = textwrap.wrap(
        line,
        WIDTH - 2,
        initial_indent="  $ ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [*(f"{part} \\" for part in parts[:-1]), *parts[-1:]]
