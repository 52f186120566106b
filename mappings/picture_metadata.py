"""Takes out of a picture what its reader does not see: place, camera, comments.

Works on the bytes and leaves what is shown as it is, bit by bit.
"""

from __future__ import annotations

import struct

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_RIFF, _WEBP = b"RIFF", b"WEBP"
_GIFS = (b"GIF87a", b"GIF89a")

# ISO/IEC 10918-1 table B.1.
_STANDING_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_APP0, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE2, 0xEE, 0xEF, 0xFE
_ICC = b"ICC_PROFILE\0"
# What says how the picture is to be shown (PNG third edition, section 11.3).
_PNG_SHOWN = frozenset(
    b"cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST tRNS pHYs sPLT acTL fcTL"
    b" fdAT".split()
)
_WEBP_TOLD = frozenset({b"EXIF", b"XMP "})
_WEBP_TOLD_FLAGS = 0x08 | 0x04
_GIF_LOOPS = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
_GIF_EXTENSION, _GIF_IMAGE, _GIF_END = 0x21, 0x2C, 0x3B
_GIF_APPLICATION, _GIF_CONTROL = 0xFF, 0xF9


def without_metadata(content: bytes) -> bytes | None:
    """Return a JPEG, PNG, GIF or WebP without EXIF, XMP, IPTC and comments.

    What follows the end of the picture (further pictures, a film) is let go. A colour
    profile stays, for it is seen. None for any other format, and for a picture that
    does not keep to its format. Never raises.
    """
    try:
        if content.startswith(_JPEG):
            return _jpeg(content)
        if content.startswith(_PNG):
            return _png(content)
        if content.startswith(_GIFS):
            return _gif(content)
        if content[:4] == _RIFF and content[8:12] == _WEBP:
            return _webp(content)
    except (IndexError, struct.error):
        return None
    return None


def _jpeg(content: bytes) -> bytes | None:
    kept = [content[:2]]
    place = 2
    while True:
        if content[place] != 0xFF:  # noqa: PLR2004 (the first byte of every marker)
            return None
        marker = content[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 (a fill byte)
            place += 1
            continue
        if marker == _END_OF_IMAGE:
            return b"".join((*kept, b"\xff\xd9"))
        if marker in _STANDING_ALONE:
            end = place + 2
        else:
            end = place + 2 + _number(content, place + 2, ">H")
        if marker == _START_OF_SCAN:
            end = _scan_end(content, end)
        if end > len(content):
            return None
        if _is_shown(marker, content[place + 4 : place + 16]):
            kept.append(content[place:end])
        place = end


def _is_shown(marker: int, beginning: bytes) -> bool:
    if marker == _APP2:
        return beginning.startswith(_ICC)
    told = _APP0 < marker <= _APP15 and marker != _APP14
    return not told and marker != _COMMENT


def _scan_end(content: bytes, place: int) -> int:
    while True:
        place = content.find(b"\xff", place)
        if place < 0:
            return len(content) + 1
        following = content[place + 1]
        if following == 0 or following in _STANDING_ALONE:
            place += 2
        elif following == 0xFF:  # noqa: PLR2004 (a fill byte)
            place += 1
        else:
            return place


def _png(content: bytes) -> bytes | None:
    kept = [_PNG]
    place = len(_PNG)
    while True:
        end = place + 12 + _number(content, place, ">I")
        if end > len(content):
            return None
        name = content[place + 4 : place + 8]
        # The first letter is a capital where the picture cannot be shown without it.
        if name[:1].isupper() or name in _PNG_SHOWN:
            kept.append(content[place:end])
        if name == b"IEND":
            return b"".join(kept)
        place = end


def _webp(content: bytes) -> bytes | None:
    kept: list[bytes] = []
    place = 12
    whole = min(len(content), 8 + _number(content, 4, "<I"))
    while place + 8 <= whole:
        size = _number(content, place + 4, "<I")
        end = place + 8 + size + size % 2
        if end > len(content):
            return None
        name = content[place : place + 4]
        chunk = content[place:end]
        if name == b"VP8X":
            flags = chunk[8] & ~_WEBP_TOLD_FLAGS
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if name not in _WEBP_TOLD:
            kept.append(chunk)
        place = end
    body = b"".join(kept)
    return _RIFF + struct.pack("<I", len(body) + 4) + _WEBP + body if kept else None


def _gif(content: bytes) -> bytes | None:
    place = 13 + _colours(content[10])
    kept = [content[:place]]
    while content[place] != _GIF_END:
        start = place
        if content[place] == _GIF_IMAGE:
            place += 10 + _colours(content[place + 9]) + 1
            place = _blocks_end(content, place)
            kept.append(content[start:place])
            continue
        if content[place] != _GIF_EXTENSION:
            return None
        label = content[place + 1]
        name = content[place + 3 : place + 14]
        place = _blocks_end(content, place + 2)
        loops = label == _GIF_APPLICATION and name in _GIF_LOOPS
        if label == _GIF_CONTROL or loops:
            kept.append(content[start:place])
    return b"".join((*kept, bytes([_GIF_END])))


def _colours(flags: int) -> int:
    has_table, size = flags & 0x80, flags & 0x07
    return 3 << (size + 1) if has_table else 0


def _blocks_end(content: bytes, place: int) -> int:
    while length := content[place]:
        place += 1 + length
    return place + 1


def _number(content: bytes, place: int, form: str) -> int:
    size = struct.calcsize(form)
    value: int = struct.unpack(form, content[place : place + size])[0]
    return value
