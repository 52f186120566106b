"""`moodle-bridge practice`: a practice Moodle, open until it is told to stop."""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError
from moodle_bridge.practice import PracticeMoodle, SiteSettings, serve
from moodle_bridge.practice.keeping import Keeper
from moodle_bridge.practice.opening import fill, keys
from sync.cli.printing import show_result
from sync.cli.result import Result, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sync.cli.invocation import Invocation

_HOST = "127.0.0.1"


def run(
    invocation: Invocation, *, port: int, state: Path | None, rest: bool, soap: bool
) -> Result:
    """Serve until SIGINT or SIGTERM; `state` is read first and written all along.

    ConfigError for a port that is taken and for a file that holds something else.
    """
    if invocation.as_json:
        raise ConfigError(
            "a practice Moodle is for a person, and --json for a program",
            item="moodle-bridge practice",
            advice="Leave --json out.",
        )
    moodle = PracticeMoodle.empty(
        now=lambda: int(invocation.clock().timestamp()),
        site=SiteSettings(rest=rest, soap=soap),
    )
    kept = None if state is None else invocation.folder / state.expanduser()
    if kept is not None and not kept.parent.is_dir():
        raise ConfigError(
            f"there is no folder for {state}",
            item="--state",
            advice="Make the folder, or name a file in one that is there.",
        )
    try:
        fill(moodle, kept=kept)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"this is no practice Moodle that was kept: {state}",
            item="--state",
            advice="Name another file; one that is not there yet is made.",
        ) from error
    with ExitStack() as stack:
        stack.enter_context(_terminated_like_interrupted())
        if kept is not None:
            stack.enter_context(Keeper(moodle.state, kept))
        try:
            serve(moodle, _HOST, port, ready=partial(_announce, invocation, moodle))
        except OSError as error:
            raise ConfigError(
                f"the practice Moodle cannot use port {port}: {error.strerror}",
                item="--port",
                advice="Name another port, or 0 for a free one.",
            ) from error
    where = "" if kept is None else f" What was in it is kept in {kept}."
    return Result(parts=[f"Closed.{where}"])


def _announce(invocation: Invocation, moodle: PracticeMoodle, url: str) -> None:
    tokens = Table(
        title="Tokens",
        columns=("for", "role", "token"),
        rows=[
            (f"{key.fullname} ({key.username})", key.role, key.token)
            for key in keys(moodle)
        ],
    )
    on = [
        name
        for name, switched in (("REST", moodle.site.rest), ("SOAP", moodle.site.soap))
        if switched
    ]
    parts: list[str | Table] = [
        f"The practice Moodle is open at {url}/",
        "",
        "A browser shows its forums there; there are no passwords. In bridge.toml,",
        f'[moodle] wants url = "{url}" and the token of the bridge.',
        f"Web services: {' and '.join(on) or 'none'}. Ctrl-C ends it.",
        "",
        tokens,
    ]
    show_result(
        Result(parts=parts),
        command=invocation.command,
        as_json=False,
        quiet=False,
        stdout=invocation.stdout,
    )
    invocation.stdout.flush()


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let a stop from outside end things in good order, as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
