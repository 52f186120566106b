"""Characters that stand in a text for HTML of ours until the text is HTML as well."""

from __future__ import annotations

import re

# Characters that no document may hold, so none of a mail is taken for one of ours.
_MARK, _DIGITS = "\ufdd0", "".join(chr(0xFDE0 + digit) for digit in range(16))
_STAND_IN = re.compile(f"{_MARK}([{_DIGITS}]{{2}})")
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_MOST = 256


class StandIns:
    """The stand-ins of one text; lives as long as the text is worked on."""

    def __init__(self) -> None:
        self._meant: list[str] = []

    @staticmethod
    def without(text: str) -> str:
        """Return a text of somebody else, in which nothing may look like a stand-in."""
        return _RESERVED.sub("", text)

    def put(self, html: str) -> str:
        """Return what stands for this HTML; nothing when there are 256 already."""
        number = len(self._meant)
        if number >= _MOST:
            return ""
        self._meant.append(html)
        return f"{_MARK}{_DIGITS[number // 16]}{_DIGITS[number % 16]}"

    def resolved(self, html: str) -> str:
        """Return HTML with what the stand-ins in it mean."""
        return _STAND_IN.sub(lambda found: self._meant[_number(found[1])], html)


def _number(digits: str) -> int:
    return _DIGITS.index(digits[0]) * 16 + _DIGITS.index(digits[1])
