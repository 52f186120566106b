"""Makes the first bridge.toml and the secret files beside it."""

from __future__ import annotations

import contextlib
import os
import secrets as chance
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from zope.interface import Interface

from moodle_bridge.errors import ConfigError
from moodle_bridge.interfaces import IMailbox, IMailer, IMailingList
from moodle_bridge.registry import Registry
from sync.settings.blocks import USUAL, Block
from sync.settings.example import annotated, blocks
from sync.settings.keys import keys_of

CHOICES: Mapping[str, type[Interface]] = {
    "mail.out.plugin": IMailer,
    "mail.in.plugin": IMailbox,
    "pair.list.plugin": IMailingList,
}
_ARRAYS = {"pair", "mail.in"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A plug-in that is still to be chosen."""

    where: str
    names: tuple[str, ...]
    usual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A key that is required and not given yet; `path` as in `mail.out.host`."""

    path: str
    kind: str
    description: str


@dataclass(slots=True, kw_only=True)
class Draft:
    """The values that a bridge.toml is to be written with."""

    registry: Registry
    given: dict[str, Any] = field(default_factory=dict)

    def put(self, path: str, value: str) -> None:
        """Set a key; the value is read as TOML if it is TOML, else as a text.

        `pair` and `mail.in` mean the first one. Raises ConfigError for a key that
        there is not, and for a secret that is given itself instead of its place.
        """
        table, (*way, name) = self.given, path.split(".")
        for depth, step in enumerate(way, start=1):
            if ".".join(way[:depth]) in _ARRAYS:
                table = table.setdefault(step, [{}])[0]
            else:
                table = table.setdefault(step, {})
        key = self._kind(path)
        parsed = _parsed(value) if key != "text" else value
        if key == "secret" and not isinstance(parsed, dict):
            raise ConfigError(
                "a secret may not stand in bridge.toml",
                item=path,
                advice='Say where it is, as in {file = "NAME"} or {env = "NAME"}.',
            )
        table[name] = parsed

    def propose(self) -> None:
        """Let the bridge itself look whether From is true, where nobody else is to."""
        mail = self.given.setdefault("mail", {})
        if "authserv_id" not in mail and "authenticity" not in mail:
            mail["authenticity"] = {"by": "library"}

    def missing(self) -> Iterator[Wanted]:
        """Give the required keys that have no value, in the order of the file.

        The secret for reply addresses is never asked for: it is made.
        """
        for block in list(blocks(self.registry, self.given)):
            for key in block.missing():
                path = f"{_name(block)}.{key.name}"
                if path != "mail.reply_secret":
                    yield Wanted(path=path, kind=key.kind, description=key.description)

    def open_choices(self) -> Iterator[Choice]:
        """Give the plug-ins that are not chosen yet."""
        for where, interface in CHOICES.items():
            if not self._has(where):
                names = self.registry.names(interface)
                yield Choice(where=where, names=names, usual=USUAL[interface])

    def _has(self, path: str) -> bool:
        node: Any = self.given
        for step in path.split("."):
            if isinstance(node, list):
                node = node[0]
            if not isinstance(node, dict) or step not in node:
                return False
            node = node[step]
        return True

    def _kind(self, path: str) -> str:
        table, _, name = path.rpartition(".")
        if path in CHOICES:
            return "text"
        names = []
        for block in blocks(self.registry, self.given):
            if _name(block) == table:
                kinds = {key.name: key.kind for key in keys_of(block.model)}
                if name in kinds:
                    return kinds[name]
                names += list(kinds)
        known = f"Known in {table}: {', '.join(names)}." if names else ""
        raise ConfigError("there is no such key", item=path, advice=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What `write` did: files written, files left as they were, what is to be done."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    backup: Path | None
    to_fill: tuple[str, ...]
    to_make: tuple[Path, ...]


def refuse_to_overwrite(path: Path, *, force: bool) -> None:
    """Raise ConfigError when there is a bridge.toml and nobody said --force."""
    if path.exists() and not force:
        raise ConfigError(
            "there is one already",
            item=str(path),
            advice="Change it with an editor, or give --force: the old one is kept.",
        )


def write(
    draft: Draft, path: Path, *, force: bool, secrets: Mapping[str, str], now: datetime
) -> Begun:
    """Write bridge.toml and its secret files; a secret file is never overwritten.

    `secrets` holds secrets by key path, each to go into the file that the key names.
    Raises ConfigError when there is a bridge.toml and `force` is false.
    """
    refuse_to_overwrite(path, force=force)
    document = tomllib.loads(text := annotated(draft.registry, draft.given))
    to_fill = tuple(w.path for w in draft.missing() if w.kind != "secret")
    path.parent.mkdir(parents=True, exist_ok=True)
    backup = None
    if path.exists():
        backup = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%S}.bak")
        os.link(path, backup)
        path.unlink()
    _create(path, text, mode=0o640)
    made = {"mail.reply_secret": chance.token_urlsafe(32), **secrets}
    written, kept, to_make = [path], [], []
    for key, place in _secret_files(document):
        file = path.parent / place
        if file.exists():
            kept.append(file)
        elif key in made:
            _create(file, f"{made[key]}\n", mode=0o600)
            written.append(file)
        else:
            to_make.append(file)
    return Begun(
        written=tuple(written),
        kept=tuple(kept),
        backup=backup,
        to_fill=to_fill,
        to_make=tuple(to_make),
    )


def _create(path: Path, text: str, *, mode: int) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    with os.fdopen(os.open(path, flags, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _secret_files(
    document: Mapping[str, Any], base: str = ""
) -> Iterator[tuple[str, str]]:
    """Give (key path, file) for each `{ file = ... }` of a document."""
    for key, value in document.items():
        for row in value if isinstance(value, list) else [value]:
            if not isinstance(row, dict):
                continue
            if list(row) == ["file"] and isinstance(row["file"], str):
                yield f"{base}{key}", row["file"]
            else:
                yield from _secret_files(row, f"{base}{key}.")


def _parsed(value: str) -> Any:
    with contextlib.suppress(tomllib.TOMLDecodeError):
        return tomllib.loads(f"value = {value}")["value"]
    return value


def _name(block: Block) -> str:
    return block.header.strip("[]")
