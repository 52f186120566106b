"""Where secrets come from: an environment variable, a file, or a command.

A secret never stands in bridge.toml; there stands only where it is to be found.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from moodle_bridge.errors import ConfigError

COMMAND_SECONDS = 60
KINDS = ("env", "file", "command")
SHORTEST_KEY = 32

_ADVICE = (
    'Write where it is to be found: { env = "NAME" }, { file = "path" } or'
    ' { command = ["pass", "show", "name"] }.'
)


def resolve(
    reference: object, *, folder: Path, environ: Mapping[str, str]
) -> SecretStr:
    """Fetch a secret from where the reference says it is; may be repeated.

    `reference` is what TOML gave: a table with exactly one of `env` (text), `file`
    (text; relative to `folder`) and `command` (list of texts, run without a shell).
    One line end after the secret is taken off. Raises ConfigError; neither its text
    nor its advice ever holds the secret, or what was found in its place.
    """
    if isinstance(reference, SecretStr):
        return reference
    if not isinstance(reference, Mapping):
        raise ConfigError(
            "a secret may not stand in bridge.toml",
            advice=f"{_ADVICE} What stood here is to be replaced by a new one.",
        )
    if len(reference) != 1 or next(iter(reference)) not in KINDS:
        raise ConfigError("does not say where the secret is", advice=_ADVICE)
    (kind, place), *_ = reference.items()
    if kind == "env":
        secret = _from_environment(place, environ)
    elif kind == "file":
        secret = _from_file(place, folder)
    else:
        secret = _from_command(place, folder)
    return SecretStr(_one_line(secret, kind))


def keys_in(secret: SecretStr) -> list[str]:
    """Return the keys that a secret holds, with spaces or commas between, in order."""
    return secret.get_secret_value().replace(",", " ").split()


def _from_environment(name: object, environ: Mapping[str, str]) -> str:
    if not isinstance(name, str) or not name:
        raise ConfigError("env must be the name of a variable in quotes")
    if not environ.get(name):
        raise ConfigError(
            f"the environment variable {name} is not set",
            advice=f"Set {name} for the user and the timer that run the bridge.",
        )
    return environ[name]


def _from_file(place: object, folder: Path) -> str:
    if not isinstance(place, str) or not place:
        raise ConfigError("file must be a path in quotes")
    path = folder / Path(place).expanduser()
    try:
        mode = path.stat().st_mode
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise ConfigError(
            f"the secret file {path} cannot be read: {reason}",
            advice="Make the file, or mend the path; it is relative to bridge.toml.",
        ) from None
    if os.name == "posix" and mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise ConfigError(
            f"the secret file {path} is open to other users of this machine",
            advice=f"Run: chmod 600 {path}",
        )
    return content


def _from_command(command: object, folder: Path) -> str:
    if (
        not isinstance(command, list)
        or not command
        or not all(isinstance(word, str) and word for word in command)
    ):
        raise ConfigError(
            "command must be a list of words",
            advice='Write it as command = ["pass", "show", "name"].',
        )
    advice = "Run the command by hand, as the user that runs the bridge."
    try:
        # Standard input may hold a mail (`receive`), so the command gets none; what
        # it says is not shown, because it may say the secret.
        done = subprocess.run(  # noqa: S603 - the admin wrote the command; no shell
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(
            f"the command {command[0]} took over {COMMAND_SECONDS} seconds",
            advice=advice,
        ) from None
    except OSError as error:
        raise ConfigError(
            f"the command {command[0]} cannot be run: {error.strerror}", advice=advice
        ) from None
    if done.returncode != 0:
        raise ConfigError(
            f"the command {command[0]} ended with exit code {done.returncode}",
            advice=advice,
        )
    return done.stdout.decode("utf-8", errors="replace")


def _one_line(secret: str, kind: str) -> str:
    secret = secret.removesuffix("\n").removesuffix("\r")
    if not secret.strip():
        raise ConfigError(f"the {kind} gave an empty secret")
    if any(ord(letter) < ord(" ") for letter in secret):
        raise ConfigError(
            f"the {kind} gave more than one line",
            advice="The secret must stand alone, on one line.",
        )
    return secret
