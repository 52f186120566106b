"""A bar that tells a person who waits how far something came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation


@contextmanager
def bar(invocation: Invocation, title: str) -> Iterator[Callable[[int, int], None]]:
    """Give what is told how many of how many are done; silent when nobody looks."""
    if not invocation.show_progress or invocation.quiet or invocation.as_json:
        yield lambda _done, _all: None
        return
    from rich.console import Console  # noqa: PLC0415 - keeps the start fast
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(file=invocation.stderr)
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(invocation.without_secrets(title), total=None)

        def tell(done: int, all_: int) -> None:
            shown.update(task, completed=done, total=all_)

        yield tell
