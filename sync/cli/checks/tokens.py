"""Looks whether the tokens of participants can be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError, LedgerError
from sync.cli.checks.finding import Finding, missing, ok, warning
from sync.ledger.tokens import TokenState

if TYPE_CHECKING:
    from sync.bridge import Bridge

_WHAT = "tokens of participants"


def look_at_tokens(bridge: Bridge) -> Iterator[Finding]:
    """Say how many tokens are kept, and which are not good; asks Moodle nothing.

    Silent where no token is kept, or the ledger cannot be read.
    """
    try:
        with bridge.ledger.reading() as transaction:
            kept = transaction.tokens.all()
    except LedgerError:
        # That is told of the ledger itself.
        return
    if not kept:
        return
    if bridge.vault is None:
        yield missing(
            _WHAT,
            f"{len(kept)} are kept, and there is no key to open them",
            "Set token_key in [moodle] to the key that they were sealed with.",
        )
        return
    for one in kept:
        try:
            bridge.vault.open(one.sealed, user_id=one.user_id)
        except ConfigError as error:
            yield warning(_WHAT, f"user {one.user_id}: {error.what}", error.advice)
    bad = [one for one in kept if one.state is TokenState.BAD]
    if not bad:
        yield ok(_WHAT, f"{len(kept)}, good when last used")
    for one in bad:
        yield warning(
            _WHAT,
            f"user {one.user_id}: {one.problem}",
            "Replace or remove it; `moodle-bridge tokens check` asks Moodle again.",
        )
