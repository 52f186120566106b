"""The files about a plan: itself, what came of it, and how it is reverted."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappings.enrolment.plan_file import NotAPlan, plan_of, plan_text
from moodle_bridge.errors import ConfigError

if TYPE_CHECKING:
    from mappings.enrolment.plan import EnrolmentPlan

_ENDINGS = (".plan.json", ".undo.json", ".json")


def read_plan(path: Path) -> EnrolmentPlan:
    """Return the plan in a file; raises ConfigError when it is none, or was changed."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot be read ({error})",
            item=str(path),
            advice="Name the NAME.plan.json that `moodle-bridge enrol plan` wrote.",
        ) from None
    try:
        return plan_of(text)
    except NotAPlan as error:
        raise ConfigError(
            f"is no plan that can be carried out: {error}",
            item=str(path),
            advice="Make a new one with `moodle-bridge enrol plan`. Nothing was done.",
        ) from None


def beside(path: Path, ending: str) -> Path:
    """Return the file of the same name with another ending, such as `.undo.json`."""
    known = next((one for one in _ENDINGS if path.name.endswith(one)), path.suffix)
    stem = path.name.removesuffix(known) if known else path.name
    return path.with_name(f"{stem}{ending}")


def write_plan(path: Path, plan: EnrolmentPlan) -> None:
    """Write a plan, readable for its owner alone; see `write_private`."""
    write_private(path, plan_text(plan))


def write_json(path: Path, data: Any) -> None:
    """Write JSON, readable for its owner alone; see `write_private`."""
    write_private(path, json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def write_private(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a file whole or not at all, readable for its owner alone.

    It is about people. Raises OSError.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    handle = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding=encoding, newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
