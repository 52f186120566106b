"""What `moodle-bridge person show` tells of somebody who came from a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sync.ledger import Transaction

_OWNED = {
    "created": "the bridge made the account",
    "adopted": "the account was theirs before, by decision",
    "": "nobody decided whether the account is theirs",
}


def form_facts(transaction: Transaction, user_id: int) -> dict[str, Any]:
    """Return what forms say of somebody, as plain values; empty for who is in none."""
    known = transaction.participants.of_user(user_id)
    if known is None:
        return {}
    person = known.person
    return {
        "id": person.id,
        "account": person.owned.value,
        "consent_at": known.consent_at,
        "consent_text": known.consent_text,
        "welcomed_at": person.welcomed_at,
        "withdrawn_at": person.withdrawn_at,
        "forgotten_at": known.forgotten_at,
        "entries": [
            {
                "form": entry.source,
                "entry": entry.key,
                "state": entry.state.value,
                "submitted_at": entry.submitted,
                "gone_at": entry.gone_at,
            }
            for entry in transaction.entries.of_participant(person.id)
        ],
        "former_addresses": [
            {"address": one.address, "until": one.until}
            for one in transaction.participants.addresses_of(person.id)
            if one.until is not None
        ],
    }


def form_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Give the facts in lines; none for who is in no form."""
    if not facts:
        return
    entries = ", ".join(
        f"{one['form']}:{one['entry']}" + (" (gone)" if one["gone_at"] else "")
        for one in facts["entries"]
    )
    yield f"Forms: {entries or 'none'}; {_OWNED[facts['account']]}"
    if facts["consent_at"] is not None:
        yield f"Agreed {_day(facts['consent_at'])}: {facts['consent_text']}"
    for name, words in (
        ("welcomed_at", "Welcomed"),
        ("withdrawn_at", "Took their part back"),
        ("forgotten_at", "Forgotten"),
    ):
        if facts[name] is not None:
            yield f"{words} {_day(facts[name])}"
    if facts["former_addresses"]:
        former = ", ".join(one["address"] for one in facts["former_addresses"])
        yield f"Former addresses: {former}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
