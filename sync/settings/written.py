"""Writes values as TOML has them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import Enum
from pathlib import Path

from sync.settings.values import duration_text

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def written(value: object) -> str:
    """Return a value as TOML, on one line; TypeError for what TOML has no form for."""
    match value:
        case Enum():
            text = written(value.value)
        case bool():
            text = "true" if value else "false"
        case int() | float():
            text = repr(value)
        case timedelta():
            text = _quoted(duration_text(value))
        case date():
            text = f"{value:%Y-%m-%d}"
        case time():
            text = _quoted(f"{value:%H:%M}")
        case str() | Path():
            text = _quoted(str(value))
        case list() | tuple():
            text = f"[{', '.join(map(written, value))}]"
        case Mapping():
            rows = (f"{_key(key)} = {written(each)}" for key, each in value.items())
            text = f"{{ {', '.join(rows)} }}" if value else "{}"
        case _:
            msg = f"TOML has no form for a {type(value).__name__}"
            raise TypeError(msg)
    return text


def _quoted(text: str) -> str:
    # A JSON text is a TOML text, but for the one control that JSON lets be.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: object) -> str:
    text = str(key)
    return text if _BARE_KEY.fullmatch(text) else _quoted(text)
