"""The tables of a bridge.toml, each written with a comment for every key."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from zope.interface import Interface

from moodle_bridge.interfaces import (
    IAlertChannel,
    IIntakeSource,
    IMailbox,
    IMailer,
    IMailingList,
    IReportSink,
    IRotaSource,
)
from moodle_bridge.registry import NoSettings, Registry
from sync.settings.keys import Key, keys_of, summary
from sync.settings.root import Settings
from sync.settings.written import written

WIDTH = 80
USUAL = {
    IMailer: "smtp",
    IMailbox: "imap",
    IMailingList: "remote",
    IIntakeSource: "csv",
    IRotaSource: "rules",
    IAlertChannel: "mail",
    IReportSink: "html-file",
}
"""The plug-in that is taken where none is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A table of bridge.toml: header, what it is for, its model, what is given.

    `plugin` is the name of the plug-in whose table it is, None for our own tables.
    `used` is false for a table that stands there as a comment only.
    """

    header: str
    about: str
    model: type[BaseModel]
    given: Mapping[str, Any]
    plugin: str | None = None
    comments: bool = True
    used: bool = True

    def missing(self) -> Iterator[Key]:
        """Give the keys that are required and not given."""
        if self.used:
            for key in keys_of(self.model):
                if key.required and key.name not in self.given:
                    yield key

    def text(self) -> str:
        """Return the table as TOML with its comments."""
        lines = _comment(self.about) if self.comments else []
        lines.append(self.header)
        if self.plugin is not None:
            lines.append(f"plugin = {written(self.plugin)}")
            if self.comments:
                lines += _comment(summary(self.model))
        for key in keys_of(self.model):
            lines += self._key(key)
        text = "\n".join(lines) + "\n"
        return text if self.used else _commented(text)

    def _key(self, key: Key) -> list[str]:
        if not self.comments and key.name not in self.given and not key.required:
            return []
        lines = []
        if self.comments and key.description:
            lines = ["", *_comment(key.description)]
        if key.name in self.given:
            return [*lines, f"{key.name} = {written(self.given[key.name])}"]
        mark = "" if key.required else "# "
        return [*lines, f"{mark}{key.name} = {key.example}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One of the tables that may stand several times, as `given`.

    `first` says that it has the comments, `used` that it is no mere example.
    """

    given: Mapping[str, Any]
    first: bool
    used: bool

    def own(
        self, header: str, about: str, model: type[BaseModel], *, used: bool = True
    ) -> Block:
        """Return the row itself, or where the header has single brackets its part."""
        return Block(
            header=header,
            about=about,
            model=model,
            given=self._part(header),
            comments=self.first,
            used=self.used and used,
        )

    def of_plugin(
        self, header: str, about: str, interface: type[Interface], registry: Registry
    ) -> Block:
        """Return the same for a table that names a plug-in."""
        return of_plugin(
            header,
            about,
            interface,
            registry,
            self._part(header),
            comments=self.first,
            used=self.used,
        )

    def _part(self, header: str) -> Mapping[str, Any]:
        if header.startswith("[["):
            return self.given
        return table_of(self.given, header.strip("[]").rpartition(".")[2])


def rows_of(
    given: Mapping[str, Any], key: str, *, required: bool = False
) -> Iterator[Row]:
    """Give the rows of a table, or where there is none one as an example.

    What is `required` is not written as an example, but to be filled in.
    """
    value = given.get(key)
    rows = [row for row in value or () if isinstance(row, Mapping)]
    for index, row in enumerate(rows or [{}]):
        yield Row(given=row, first=index == 0, used=required or bool(rows))


def table_of(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a table that is given, an empty one when it is not."""
    value = given.get(key)
    return value if isinstance(value, Mapping) else {}


def own(
    name: str, field: str, model: type[BaseModel], given: Mapping[str, Any]
) -> Block:
    """Return a table of the root, for one of the fields of `Settings`."""
    return Block(
        header=f"[{name}]",
        about=about(Settings, field),
        model=model,
        given=table_of(given, name),
    )


def of_plugin(
    header: str,
    about: str,
    interface: type[Interface],
    registry: Registry,
    given: Mapping[str, Any],
    *,
    comments: bool = True,
    used: bool = True,
) -> Block:
    """Return a table that names a plug-in; the usual one where it names none."""
    name = str(given.get("plugin", USUAL[interface]))
    names = registry.names(interface)
    known = name in names
    return Block(
        header=header,
        about=f"{about} Plug-ins: {', '.join(names)}.",
        model=registry.get(interface, name).settings if known else NoSettings,
        given={key: value for key, value in given.items() if key != "plugin"},
        plugin=name,
        comments=comments,
        used=used,
    )


def about(model: type[BaseModel], field: str) -> str:
    """Return what a model says of one of its fields."""
    return model.model_fields[field].description or ""


def _comment(text: str) -> list[str]:
    wrapped = textwrap.wrap(text, WIDTH, break_on_hyphens=False)
    return [f"# {line}" for line in wrapped]


def _commented(text: str) -> str:
    return "".join(
        line if line.startswith("#") or not line.strip() else f"# {line}"
        for line in text.splitlines(keepends=True)
    )
