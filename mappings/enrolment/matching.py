"""Which account is whose: exactly one, for a reason, or a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.addresses import folded
from mappings.enrolment.alike import may_be_one, name_words
from mappings.enrolment.people import (
    Accounts,
    Decision,
    KnownPerson,
    Owned,
    SeenAccount,
    Verdict,
)
from moodle_bridge.model.applicants import Applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whose account it is.

    `account` is None when there is none and one is to be made. `how` says what it was
    found by: ledger, idnumber, decision; empty for a new one. `owned` is how the
    account belongs to the bridge's person.
    """

    account: SeenAccount | None
    how: str = ""
    owned: Owned = Owned.NOT_YET


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """Nobody can tell; an admin decides among `candidates`."""

    code: str
    what: str
    advice: str
    candidates: tuple[Mapping[str, Any], ...] = ()


def match(
    applicant: Applicant,
    known: KnownPerson,
    accounts: Accounts,
    decision: Decision | None = None,
) -> Match | Unmatched:
    """Return the account of an applicant, or why it cannot be told.

    In this order: what was decided, what the ledger knows, the idnumber that the
    bridge gave, an account of the same username and address, an account of the same
    address. The last two are never taken without a decision: the bridge did not make
    them. Names are never compared to find an account; but an entry whose name and
    address have both become another's is not taken for the same person unseen.
    """
    if known.user_id is not None:
        return _of_ledger(applicant, known, accounts, decision)
    by_idnumber = accounts.by_idnumber(known.id)
    if len(by_idnumber) > 1:
        return _several("idnumber", by_idnumber)
    if by_idnumber:
        return Match(account=by_idnumber[0], how="idnumber", owned=Owned.CREATED)
    if decision is not None and decision.verdict is Verdict.ADOPT:
        return _as_decided(decision, accounts)
    candidates = _candidates(applicant, known, accounts)
    if decision is not None and decision.verdict is Verdict.NEW:
        # Moodle takes each address once only, on most sites.
        return _taken(candidates) if candidates else Match(account=None)
    if len(candidates) > 1:
        return _several("address", candidates)
    if candidates:
        only = candidates[0]
        return Unmatched(
            code="adopt",
            what="there is an account with this address, which the bridge did not make",
            advice="If it is this person: `moodle-bridge enrol decide ENTRY --adopt"
            f" {only.user_id}`; if not, ask for another address.",
            candidates=(only.shown(),),
        )
    if not accounts.complete:
        return Unmatched(
            code="cannot-see",
            what="no account of theirs is seen, and the token may not see all accounts",
            advice="Give the role of the service account, for the whole site,"
            " moodle/user:viewdetails and moodle/user:viewalldetails; or, if they have"
            " no account for certain: `moodle-bridge enrol decide ENTRY --new`.",
        )
    return Match(account=None)


def _of_ledger(
    applicant: Applicant,
    known: KnownPerson,
    accounts: Accounts,
    decision: Decision | None,
) -> Match | Unmatched:
    assert known.user_id is not None
    account = accounts.by_id(known.user_id)
    if account is None:
        return Unmatched(
            code="gone" if accounts.complete else "cannot-see",
            what=f"account {known.user_id}, which is theirs, cannot be found"
            + ("" if accounts.complete else ", or the token may not see it"),
            advice="Look in Moodle whether it was deleted. If so, decide --new; else"
            " let the service account see it (moodle/user:viewalldetails).",
        )
    ours = known.owned is Owned.CREATED
    again = decision is not None and decision.verdict is Verdict.REACTIVATE
    if account.suspended and not (ours and again):
        return Unmatched(
            code="suspended",
            what="their account is suspended in Moodle"
            + (", by `enrol undo` or by somebody" if ours else ""),
            advice="If they are to take part again: `moodle-bridge enrol decide ENTRY"
            " --reactivate`; if not: --refuse."
            if ours
            else "Whoever suspended it had a reason. Let it be used again in Moodle,"
            " or decide --refuse.",
            candidates=(account.shown(),),
        )
    confirmed = (
        decision is not None
        and decision.verdict is Verdict.ADOPT
        and decision.user_id == account.user_id
    )
    if not confirmed and _is_anothers(applicant, known, account, accounts):
        return Unmatched(
            code="another-person",
            what=f"the entry was of {account.fullname}, and its name and address have"
            " both become another's",
            advice="If it is the same person, under a new name, say:"
            f" `moodle-bridge enrol decide ENTRY --adopt {account.user_id}`; if it is"
            " somebody else now: `moodle-bridge enrol decide ENTRY --new`. If rows were"
            " sorted or numbered anew, put that right in the form instead.",
            candidates=(account.shown(),),
        )
    return Match(account=account, how="ledger", owned=known.owned)


def _is_anothers(
    applicant: Applicant, known: KnownPerson, account: SeenAccount, accounts: Accounts
) -> bool:
    """Say whether an entry seems to have become somebody else's.

    Where rows are numbered anew, or one person is written over another, the account of
    the one must not get the name and the address of the other.
    """
    applied = known.applied
    theirs = {folded(account.email), known.email, folded(applied.get("email") or "")}
    if folded(applicant.email) in theirs:
        return False
    written = " ".join(
        f"{fields.get('first_name') or ''} {fields.get('last_name') or ''}"
        for fields in (account.fields, applied)
    )
    before = name_words(f"{account.fullname} {written}")
    now = name_words(applicant.fullname)
    if any(
        other.user_id != account.user_id
        for other in accounts.by_address(applicant.email)
    ):
        return not now <= before
    phone = applied.get("phone")
    if phone and phone == applicant.phone and now & before:
        # A new name and a new address after a wedding, say.
        return False
    return not may_be_one(now, before)


def _as_decided(decision: Decision, accounts: Accounts) -> Match | Unmatched:
    account = accounts.by_id(decision.user_id or 0)
    if account is None or account.suspended:
        return Unmatched(
            code="decided-gone",
            what=f"account {decision.user_id}, which was decided on, is "
            + ("suspended" if account else "not there"),
            advice="Look in Moodle, and decide again.",
            candidates=(account.shown(),) if account else (),
        )
    return Match(account=account, how="decision", owned=Owned.ADOPTED)


def _candidates(
    applicant: Applicant, known: KnownPerson, accounts: Accounts
) -> tuple[SeenAccount, ...]:
    found: dict[int, SeenAccount] = {}
    named = accounts.by_username(known.username) if known.username else None
    for account in (
        # A username alone says little: only where the address is not told it counts.
        *((named,) if named and not named.email else ()),
        *accounts.by_address(applicant.email),
        *accounts.by_address(applicant.second_email),
    ):
        found.setdefault(account.user_id, account)
    return tuple(found.values())


def _several(by: str, candidates: Iterable[SeenAccount]) -> Unmatched:
    shown = tuple(one.shown() for one in candidates)
    return Unmatched(
        code="several",
        what=f"{len(shown)} accounts have the same {by}",
        advice="Decide which it is: `moodle-bridge enrol decide ENTRY --adopt USERID`.",
        candidates=shown,
    )


def _taken(candidates: Iterable[SeenAccount]) -> Unmatched:
    return Unmatched(
        code="address-taken",
        what="another account has this address, so none can be made with it",
        advice="Ask for another address, or decide --adopt.",
        candidates=tuple(one.shown() for one in candidates),
    )
