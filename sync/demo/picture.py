"""The photo that somebody sends from a phone."""

from __future__ import annotations

import struct
import zlib

WIDTH, HEIGHT = 160, 120
_SUN = (110, 45, 18)


def photo() -> bytes:
    """Return a small PNG: a sun over water. Always the same bytes."""
    rows = b"".join(
        b"\0" + bytes(part for x in range(WIDTH) for part in _colour(x, y))
        for y in range(HEIGHT)
    )
    size = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", size)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _colour(x: int, y: int) -> tuple[int, int, int]:
    left, top, radius = _SUN
    if (x - left) ** 2 + (y - top) ** 2 <= radius**2:
        return 255, 226, 130
    if y > HEIGHT * 2 // 3:
        return 30, 70 + y // 4, 120 + (x + 3 * y) % 40
    return 235 - y // 3, 140 + y // 2, 90 + y


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
