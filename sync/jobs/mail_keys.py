"""The names of the mails of single posts, as intents: one for each reader and edit."""

from __future__ import annotations

import hashlib

from mappings.addresses import folded
from sync.ledger.intents import Intent
from sync.ledger.links import Link


def addressee(address: str) -> str:
    """Return what stands for an address in the key of a mail."""
    return hashlib.sha256(folded(address).encode()).hexdigest()[:16]


def mail_key_of(link: Link, address: str) -> str:
    """Return the key of the mail of a post, or of its newest edit, to an address."""
    return f"mail:{link.pair}:{link.post_id}:{link.revision}:{addressee(address)}"


def was_mailed(keys: set[str], addresses: tuple[str, ...]) -> bool:
    """Say whether one of a post's mails, by their keys, is for one of these addresses."""
    whom = {addressee(address) for address in addresses}
    return any(key.rpartition(":")[2] in whom for key in keys)


def revision_of(key: str) -> int:
    """Return which edit of a post the mail with a key is of; 0 is the post as it was."""
    return int(key.split(":")[-2].partition("+")[0])


def is_to_person(intent: Intent) -> bool:
    """Say whether the mail of a post is to one reader, and not to a whole list."""
    return intent.key.rpartition(":")[2] == intent.stream.rpartition(":")[2]
