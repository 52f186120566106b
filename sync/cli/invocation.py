"""One call of the command line: what it was told, and what it stands in."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from urllib.parse import unquote

from moodle_bridge.runtime import Clock, utc_now

if TYPE_CHECKING:
    from pydantic import BaseModel

    from moodle_bridge.registry import Registry
    from sync.settings import Settings

_BETWEEN = re.compile(r"[/?&=:@,;+#!\s]+")
_DIGIT = re.compile(r"\d")
_SHORT, _LONG = 6, 20


@dataclass(slots=True, kw_only=True)
class Invocation:
    """What every command is given.

    `config` is what --config said, None when it was not given. Settings and registry
    are read once, when a command first asks for them.
    """

    environ: Mapping[str, str]
    folder: Path
    home: Path
    stdout: TextIO
    stderr: TextIO
    clock: Clock = utc_now
    config: Path | None = None
    verbose: bool = False
    quiet: bool = False
    as_json: bool = False
    show_progress: bool = True
    command: str = ""
    _opened: tuple[Settings, Registry] | None = None
    _secrets: set[str] = field(default_factory=set)

    @classmethod
    def of_command_line(cls) -> Invocation:
        """Return an invocation that stands where this program was started."""
        return cls(
            environ=os.environ,
            folder=Path.cwd(),
            home=Path.home(),
            stdout=sys.stdout,
            stderr=sys.stderr,
        )

    def config_path(self) -> Path:
        """Return the bridge.toml to use; raises ConfigError when there is none."""
        from sync.settings import find_config  # noqa: PLC0415 - keeps the start fast

        return find_config(
            self.config, environ=self.environ, folder=self.folder, home=self.home
        )

    def settings(self) -> Settings:
        """Return the settings; raises ConfigError with every problem."""
        return self._open()[0]

    def registry(self) -> Registry:
        """Return the plug-ins that bridge.toml enables, frozen."""
        return self._open()[1]

    def progress(self, line: str) -> None:
        """Tell a person who waits what is happening; nothing when nobody looks."""
        if self.show_progress and not (self.quiet or self.as_json):
            from sync.cli.printing import printable  # noqa: PLC0415

            self.stderr.write(f"{self.without_secrets(printable(line))}\n")
            self.stderr.flush()

    def without_secrets(self, text: str) -> str:
        """Return the text with everything masked that is or looks like a secret."""
        from moodle_bridge.redact import MASK, secrets_masked  # noqa: PLC0415

        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return secrets_masked(text)

    def _open(self) -> tuple[Settings, Registry]:
        if self._opened is None:
            from sync.settings import open_settings  # noqa: PLC0415

            opened = open_settings(self.config_path(), environ=self.environ)
            self._opened = opened
            self._secrets |= secrets_in(opened[0])
        return self._opened


def secrets_in(model: BaseModel) -> set[str]:
    """Return every secret that a model holds, however deep."""
    from pydantic import BaseModel, SecretStr  # noqa: PLC0415

    from sync.settings import PluginChoice  # noqa: PLC0415

    found: set[str] = set()
    waiting: list[object] = [model]
    while waiting:
        value = waiting.pop()
        if isinstance(value, SecretStr):
            found.add(value.get_secret_value())
        elif isinstance(value, BaseModel):
            waiting.extend(dict(value).values())
        elif isinstance(value, PluginChoice):
            waiting.append(value.settings)
        elif isinstance(value, list | tuple):
            waiting.extend(value)
    found |= {piece for secret in found for piece in _pieces(secret)}
    # A very short secret would mask half of every sentence, and hides nothing.
    return {secret for secret in found if len(secret) >= 4}  # noqa: PLR2004


def _pieces(secret: str) -> set[str]:
    """Return what makes an address a secret: a key, an account or a telephone number.

    Libraries tell of one alone, as of a chat that a message did not reach. Names of
    servers and plain words are none: they would mask what an error is about.
    """
    _, divided, rest = secret.partition("://")
    return {
        piece
        for piece in _BETWEEN.split(unquote(rest) if divided else "")
        if "." not in piece
        and (len(piece) >= _LONG or (len(piece) >= _SHORT and _DIGIT.search(piece)))
    }
