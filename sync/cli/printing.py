"""Shows a result or an error: for a person, or as one JSON object."""

from __future__ import annotations

import json
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from moodle_bridge.errors import BridgeError, ConfigError
from sync.cli.result import ExitCode, Result, Table

WIDTH = 88


def printable(text: str) -> str:
    """Return the text without what could steer a terminal or turn its reading order.

    Subjects and names come from strangers; a line end stays, all else that is a
    control or a bidirectional override becomes a visible mark.
    """
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if _steers(letter) else letter for letter in text
    )


def show_result(
    result: Result, *, command: str, as_json: bool, quiet: bool, stdout: TextIO
) -> None:
    """Write a result; nothing for a person who asked for quiet and got no trouble."""
    if as_json:
        _write_json(
            {
                "ok": result.exit_code in {ExitCode.DONE, ExitCode.HELD},
                "exit_code": int(result.exit_code),
                "command": command,
                **result.data,
            },
            stdout,
        )
        return
    if quiet and result.exit_code == ExitCode.DONE:
        return
    for part in result.parts:
        stdout.write(_table(part) if isinstance(part, Table) else printable(part))
        stdout.write("\n")


def show_error(
    error: BridgeError,
    *,
    command: str,
    exit_code: ExitCode,
    as_json: bool,
    masked: Callable[[str], str],
    stdout: TextIO,
    stderr: TextIO,
) -> None:
    """Write an error: what happened, to which item, what to do next.

    With `as_json` it goes to stdout as the one object, else to stderr. `masked`
    takes the secrets out.
    """
    if as_json:
        _write_json(error_data(error, command, exit_code, masked), stdout)
        return
    lines = error_lines(error, masked)
    stderr.writelines(f"{printable(line)}\n" for line in lines)


def error_lines(error: BridgeError, masked: Callable[[str], str]) -> list[str]:
    """Return the lines that tell a person about an error.

    Each part is masked by itself: joined, "token: what is wrong" would look like a
    token and its value.
    """
    subject = f"{masked(error.item)}: " if error.item else ""
    lines = [f"{subject}{masked(error.what)}"]
    for problem in error.problems if isinstance(error, ConfigError) else ():
        lines.append(f"  {problem.where}: {masked(problem.what)}")
        if problem.advice:
            lines += textwrap.wrap(
                masked(problem.advice),
                WIDTH,
                initial_indent="      ",
                subsequent_indent="      ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    lines.append(f"What to do: {masked(error.advice)}")
    return lines


def error_data(
    error: BridgeError,
    command: str,
    exit_code: ExitCode,
    masked: Callable[[str], str],
) -> dict[str, Any]:
    """Return the JSON object that tells a program about an error."""
    data: dict[str, Any] = {
        "kind": type(error).__name__,
        "what": masked(error.what),
        "item": masked(error.item),
        "advice": masked(error.advice),
    }
    if isinstance(error, ConfigError) and error.problems:
        data["problems"] = [
            {
                "where": problem.where,
                "what": masked(problem.what),
                "advice": masked(problem.advice),
            }
            for problem in error.problems
        ]
    if code := getattr(error, "code", ""):
        data["code"] = code
    return {
        "ok": exit_code == ExitCode.DONE,
        "exit_code": int(exit_code),
        "command": command,
        "error": data,
    }


def _write_json(value: Mapping[str, Any], stream: TextIO) -> None:
    stream.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))
    stream.write("\n")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    return str(value)


def _table(table: Table) -> str:
    from rich.cells import cell_len  # noqa: PLC0415 - keeps the start fast

    cells = [list(table.columns), *([*row] for row in table.rows)]
    texts = [[printable(cell).replace("\n", " ") for cell in row] for row in cells]
    widths = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
    lines = [printable(table.title)] if table.title else []
    lines.append(_row(texts[0], widths))
    lines.append("  ".join("-" * width for width in widths))
    lines.extend(_row(row, widths) for row in texts[1:])
    if not table.rows:
        lines.append("(none)")
    return "\n".join(lines)


def _row(texts: Sequence[str], widths: Sequence[int]) -> str:
    from rich.cells import cell_len  # noqa: PLC0415 - keeps the start fast

    padded = (
        text + " " * (width - cell_len(text))
        for text, width in zip(texts, widths, strict=True)
    )
    return "  ".join(padded).rstrip()


def _steers(letter: str) -> bool:
    if letter == "\n":
        return False
    overrides = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return unicodedata.category(letter) == "Cc" or letter in overrides
