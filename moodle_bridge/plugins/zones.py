"""Time zones in the settings of plug-ins."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(
            f"{name!r} is no time zone; write it as Africa/Kampala"
        ) from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]
"""The IANA name of a time zone."""
