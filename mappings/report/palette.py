"""The colours of plots and of the page: for all eyes, by day and by night.

The series are Okabe's and Ito's (2008), which people with any colour blindness tell
apart; nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping

PAPER, INK, MUTED, LINE = "#ffffff", "#1b1f24", "#57606a", "#d0d7de"
SHADE, DEEPER_SHADE = "#f3f5f7", "#e3e7eb"
BLUE, VERMILLION, GREEN = "#0072b2", "#d55e00", "#009e73"

BY_DAY: Mapping[str, str] = {
    "paper": PAPER,
    "ink": INK,
    "muted": MUTED,
    "line": LINE,
    "shade": SHADE,
    "deeper-shade": DEEPER_SHADE,
    "first": BLUE,
    "second": VERMILLION,
    "third": GREEN,
    "link": "#0a5a9c",
}
BY_NIGHT: Mapping[str, str] = {
    "paper": "#14171a",
    "ink": "#e6e9ec",
    "muted": "#a9b1ba",
    "line": "#3d454d",
    "shade": "#1d2125",
    "deeper-shade": "#2a3036",
    "first": "#79a9f5",
    "second": "#f0a030",
    "third": "#4fe0a0",
    "link": "#7cc4f5",
}
TEXT_COLOURS = ("ink", "muted", "link")
SERIES_COLOURS = ("first", "second", "third")

_FAINT, _FULL = (222, 235, 247), (8, 48, 107)
_ON_FAINT, _ON_FULL = "#000000", "#fefefe"
_FULL_CHANNEL = 255


def heat(share: float) -> str:
    """Return the colour of a cell: from faint (0) to full (1), darker for more.

    One hue, so that it reads the same in grey.
    """
    share = min(max(share, 0.0), 1.0)
    channels = (
        round(faint + (full - faint) * share)
        for faint, full in zip(_FAINT, _FULL, strict=True)
    )
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def on_heat(colour: str) -> str:
    """Return in which colour a number stands out on such a cell."""
    return max((_ON_FAINT, _ON_FULL), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        _linear(int(colour[at : at + 2], 16) / _FULL_CHANNEL) for at in (1, 3, 5)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    if channel <= 0.04045:  # noqa: PLR2004 (where sRGB's curve begins)
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)
