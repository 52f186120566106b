"""Reads a CSV of persons and tokens: a file of secrets, of which nothing is told."""

from __future__ import annotations

import csv
import io
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from moodle_bridge.errors import ConfigError

LARGEST = 1_000_000
COLUMNS = ("person", "token")
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """One line: `line` as an editor counts, whose token it is, and the token."""

    line: int
    person: str
    token: SecretStr = field(repr=False)


def read_token_rows(path: Path) -> list[TokenRow]:
    """Return the lines of a file with the columns `person` and `token`, in any order.

    Comma, semicolon or tab between them. Lines without anything are passed over.
    Raises ConfigError, which never holds what stands in the file.
    """
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8-sig") if size <= LARGEST else None
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}", item=str(path), advice=_ADVICE
        ) from None
    except UnicodeDecodeError:
        raise ConfigError("is not text in UTF-8", item=str(path)) from None
    if text is None:
        raise ConfigError("is far too large", item=str(path), advice=_ADVICE)
    head = text.partition("\n")[0]
    between = max(_SEPARATORS, key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=between)
    names = [name.strip().casefold() for name in next(rows, [])]
    if any(name not in names for name in COLUMNS):
        raise ConfigError(
            "its first line does not name the columns person and token",
            item=str(path),
            advice=_ADVICE,
        )
    who, what = (names.index(name) for name in COLUMNS)
    found = []
    for row in rows:
        cells = [*(cell.strip() for cell in row), *("" for _ in names)]
        if any(cells):
            token = SecretStr(cells[what])
            found.append(TokenRow(line=rows.line_num, person=cells[who], token=token))
    return found


def open_to_others(path: Path) -> bool:
    """Say whether other users of this machine can read a file."""
    mode = path.stat().st_mode
    return os.name == "posix" and bool(mode & (stat.S_IRWXO | stat.S_IRWXG))


_ADVICE = "Make it with a first line `person,token` and one line for each participant."
