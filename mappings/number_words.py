"""Numbers with what they are numbers of, in what admins read."""

from __future__ import annotations

_COUNTED = frozenset({"posts", "mails", "questions", "notices", "digests"})


def number_of(number: int, one: str, many: str = "") -> str:
    """Return `1 mail` or `5 mails`; `many` where it is not `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def tally(number: int, what: str) -> str:
    """Return a number with what was counted, as `posts seen`; `1 post seen` for one."""
    first, _, rest = what.partition(" ")
    one = first.removesuffix("s") if first in _COUNTED else first
    return f"{number} {' '.join((one if number == 1 else first, rest)).strip()}"
