"""Several entries of one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from mappings.addresses import folded
from mappings.enrolment.people import Decision, Verdict
from moodle_bridge.model.applicants import Applicant

Policy = Literal["ask", "latest"]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Entries told apart.

    `counting` are those that count. `superseded` gives for an entry that does not the
    key of the one that counts instead. `unclear` are groups of entries that may be of
    one person; nobody has decided.
    """

    counting: tuple[Applicant, ...]
    superseded: Mapping[str, str]
    unclear: tuple[tuple[Applicant, ...], ...]


def told_apart(
    applicants: Iterable[Applicant],
    *,
    policy: Policy,
    decisions: Mapping[str, Decision],
) -> Sorted:
    """Return which of the entries of one form count.

    Entries are of one person when their address is the same, or when name and phone
    are. With policy `latest` the entry that was sent or edited last counts, and of two
    alike in that the one that stands later; with `ask` a person decides. A decision
    SAME_AS settles an entry, and NEW says that an entry is of somebody else.
    """
    everybody = list(applicants)
    superseded = {
        one.entry: decision.other_entry
        for one in everybody
        if (decision := decisions.get(one.entry)) is not None
        and decision.verdict is Verdict.SAME_AS
        and decision.other_entry is not None
    }
    left = [one for one in everybody if one.entry not in superseded]
    counting: list[Applicant] = []
    unclear: list[tuple[Applicant, ...]] = []
    for group in _groups(left, decisions):
        if len(group) == 1:
            counting += group
        elif policy == "latest":
            latest = max(group, key=_sent)
            counting.append(latest)
            superseded |= {
                one.entry: latest.entry for one in group if one is not latest
            }
        else:
            unclear.append(tuple(group))
    place = {one.entry: at for at, one in enumerate(everybody)}
    counting.sort(key=lambda one: place[one.entry])
    return Sorted(
        counting=tuple(counting), superseded=superseded, unclear=tuple(unclear)
    )


def _groups(
    applicants: Sequence[Applicant], decisions: Mapping[str, Decision]
) -> list[list[Applicant]]:
    groups: list[list[Applicant]] = []
    by_key: dict[tuple[str, ...], list[Applicant]] = {}
    for one in applicants:
        decision = decisions.get(one.entry)
        alone = decision is not None and decision.verdict is Verdict.NEW
        keys = [] if alone else _keys(one)
        group = next((by_key[key] for key in keys if key in by_key), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(one)
        for key in keys:
            by_key.setdefault(key, group)
    return groups


def _keys(one: Applicant) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = [("address", folded(one.email))]
    if one.phone:
        keys.append(("phone", one.phone, one.fullname.casefold()))
    return keys


def _sent(one: Applicant) -> datetime:
    return one.edited or one.submitted or _LONG_AGO
