"""People, as Moodle and the mail know them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who has an account on the site.

    `user_id` is Moodle's. `addresses` holds every known e-mail address, the one that
    Moodle has first; it is empty when the token may not see it. `language` is a
    Moodle language code (`fr`), `timezone` an IANA name; None when not known.
    `group_ids` are the groups of the course at hand; `facilitator` is true for who
    teaches in it. `group_names` are those of these groups, as far as Moodle
    told them along.
    """

    user_id: int
    username: str
    fullname: str
    addresses: tuple[str, ...] = ()
    language: str | None = None
    timezone: str | None = None
    country: str | None = None
    idnumber: str | None = None
    group_ids: frozenset[int] = frozenset()
    facilitator: bool = False
    suspended: bool = False
    group_names: tuple[tuple[int, str], ...] = field(default=(), compare=False)
