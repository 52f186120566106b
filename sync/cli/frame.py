"""The outermost frame: every end of a command becomes words and an exit code."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Iterator, Sequence
from typing import TextIO

import click

from moodle_bridge.errors import (
    BridgeError,
    Busy,
    ConfigError,
    GuardTripped,
    Permanent,
    RemoteError,
    Stopped,
)
from sync.cli.group import COMMANDS, bridge
from sync.cli.invocation import Invocation
from sync.cli.logs import OURS, log_handler, write_fault
from sync.cli.printing import show_error, show_result
from sync.cli.result import ExitCode, Result

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def run(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run one command line and return its exit code; never raises.

    For `receive` every failure is TRY_AGAIN: the mail server must keep the mail.
    """
    # A usage error comes before the option is seen, and still must be said in JSON.
    invocation.as_json = "--json" in arguments
    invocation.command = _command_of(arguments)
    with _logging(invocation, verbose="--verbose" in arguments):
        try:
            exit_code = _run(arguments, invocation)
            invocation.stdout.flush()
        except BrokenPipeError:
            # Whoever read our output has seen enough (`moodle-bridge runs | head`).
            exit_code = ExitCode.DONE
            _to_nowhere(invocation.stdout)
    if exit_code != ExitCode.DONE and invocation.command == "receive":
        return int(ExitCode.TRY_AGAIN)
    return int(exit_code)


def exit_code_of(error: BridgeError) -> ExitCode:
    """Return the exit code that belongs to an error."""
    if isinstance(error, GuardTripped):
        return ExitCode.GUARD
    if isinstance(error, RemoteError) and not isinstance(error, Permanent):
        return ExitCode.UNREACHABLE
    if isinstance(error, Busy):
        return ExitCode.DONE
    if isinstance(error, Stopped):
        return ExitCode.INTERRUPTED
    # What was refused for good (a token, a login, a ledger) is mended by the admin.
    return ExitCode.CONFIGURATION


def _run(arguments: Sequence[str], invocation: Invocation) -> ExitCode:
    try:
        # Not `main` of click, which has ends of its own for broken pipes.
        with bridge.make_context(
            "moodle-bridge", list(arguments), obj=invocation
        ) as context:
            result = bridge.invoke(context)
    except BrokenPipeError:
        raise
    except click.exceptions.Exit as ended:
        return ExitCode(ended.exit_code)
    except (click.Abort, KeyboardInterrupt):
        invocation.stderr.write("Stopped. What was begun is in the ledger.\n")
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the outermost frame
        return _ended_by(error, invocation)
    if not isinstance(result, Result):
        return ExitCode.DONE
    show_result(
        result,
        command=invocation.command,
        as_json=invocation.as_json,
        quiet=invocation.quiet,
        stdout=invocation.stdout,
    )
    return result.exit_code


def _ended_by(error: Exception, invocation: Invocation) -> ExitCode:
    if isinstance(error, click.ClickException):
        return _told(_usage(error), ExitCode.CONFIGURATION, invocation)
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        error = ConfigError(
            f"there is no room to write: {error.strerror}",
            item=str(error.filename or ""),
            advice="Make room on the disk, then run the command again.",
        )
    if isinstance(error, BridgeError):
        return _told(error, exit_code_of(error), invocation)
    return _fault(error, invocation)


def _told(error: BridgeError, code: ExitCode, invocation: Invocation) -> ExitCode:
    show_error(
        error,
        command=invocation.command,
        exit_code=code,
        as_json=invocation.as_json,
        masked=invocation.without_secrets,
        stdout=invocation.stdout,
        stderr=invocation.stderr,
    )
    return code


def _usage(error: click.ClickException) -> BridgeError:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "moodle-bridge"
    return ConfigError(error.format_message(), item=path, advice=f"See: {path} --help")


def _fault(error: Exception, invocation: Invocation) -> ExitCode:
    path = write_fault(error, invocation)
    place = f"what happened is written in {path}" if path else "no log could be kept"
    shown = BridgeError(
        f"this is a fault in moodle-bridge itself ({type(error).__name__}); {place}",
        advice="Nothing that was begun is lost. Please report it, with that file;"
        " read it first and take out what is private.",
    )
    return _told(shown, ExitCode.BUG, invocation)


def _command_of(arguments: Sequence[str]) -> str:
    """Return the first word that names a command; empty when there is none."""
    return next((word for word in arguments if word in COMMANDS), "")


@contextlib.contextmanager
def _logging(invocation: Invocation, *, verbose: bool) -> Iterator[None]:
    root, handler = logging.getLogger(), log_handler(invocation)
    ours = [logging.getLogger(name) for name in OURS]
    before = [logger.level for logger in ours]
    root.addHandler(handler)
    for logger in ours:
        logger.setLevel(logging.DEBUG if verbose else logging.WARNING)
    try:
        yield
    finally:
        root.removeHandler(handler)
        for logger, level in zip(ours, before, strict=True):
            logger.setLevel(level)


def _to_nowhere(stream: TextIO) -> None:
    """Let Python's own flush at the end of the process fail no more."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
