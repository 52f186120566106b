"""Usernames that Moodle takes, made from names in any script."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from anyascii import anyascii

_LONGEST = 90
_NOT_LEGAL = re.compile(r"[^a-z0-9]+")


UsernamePolicy = Literal["first.last", "last.first", "first", "address"]


def username_for(
    first_name: str,
    last_name: str,
    *,
    taken: Collection[str],
    policy: UsernamePolicy = "first.last",
    email: str = "",
) -> str:
    """Return a username in small letters, digits and full stops, not among `taken`.

    `policy` says of what: of both names, the first alone, or what stands before the @
    of `email`. Where it is taken, the lowest number from 2 on is put behind it. Names
    in other scripts are written in Latin letters; a name of which nothing is left (an
    emoji) becomes `person`. The same arguments give the same name; that somebody keeps
    theirs when their name changes is for the caller to see to, by not asking again.
    """
    parts = {
        "first.last": (first_name, last_name),
        "last.first": (last_name, first_name),
        "first": (first_name,),
        "address": (email.rpartition("@")[0],),
    }[policy]
    legal = [_legal(part) for part in parts]
    plain = ".".join(dict.fromkeys(part for part in legal if part))[:_LONGEST]
    plain = plain.strip(".") or "person"
    if plain not in taken:
        return plain
    number = 2
    while f"{plain}{number}" in taken:
        number += 1
    return f"{plain}{number}"


def _legal(name: str) -> str:
    return _NOT_LEGAL.sub(".", anyascii(name).lower()).strip(".")
