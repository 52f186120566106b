"""Several entries of one person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Literal

from mappings.addresses import folded
from mappings.enrolment.alike import are_spelt_as_two, may_be_one, name_words
from mappings.enrolment.people import Decision, Verdict
from moodle_bridge.model.applicants import Applicant

Policy = Literal["ask", "latest"]

_OTHERWISE = ("organisation", "country", "phone")
_SHOWN = 10
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

    Entries are of one person when their address is the same, or when their name and
    their phone or second address are. With policy `latest` the entry that was sent or
    edited last counts, and of two alike in that the one that stands later; with `ask` a
    person decides, and always where two of other names have one address: colleagues
    may share one. A decision SAME_AS settles an entry, and NEW says that an entry is of
    somebody else.
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
        elif policy == "latest" and _may_be_one(group):
            latest = max(reversed(group), key=_sent)
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


def namesakes(
    applicants: Iterable[Applicant],
    *,
    settled: Collection[str],
    decisions: Mapping[str, Decision],
) -> Mapping[str, tuple[Applicant, ...]]:
    """Return by entry those of the same name, who may be the same person.

    Somebody who answers twice with two addresses would have two accounts. A name says
    little by itself: of one word it counts for nothing, and where organisation, country
    or phone are not the same, or the marks on their letters, they are two people. `settled` are the entries of people
    who have an account: they are in nobody's way, and are no question themselves. Ten
    others are named at most.
    """
    by_name: dict[frozenset[str], list[Applicant]] = {}
    for one in applicants:
        words = name_words(one.fullname)
        if len(words) > 1 and not one.withdrawn:
            by_name.setdefault(words, []).append(one)
    found: dict[str, tuple[Applicant, ...]] = {}
    for group in by_name.values():
        for one in group:
            if one.entry in settled or one.entry in decisions:
                continue
            like = (
                other
                for other in group
                if other is not one
                and not _are_two(one, other)
                and (other.entry in settled or other.entry not in decisions)
            )
            others = tuple(islice(like, _SHOWN))
            if others:
                found[one.entry] = others
    return found


def _are_two(one: Applicant, other: Applicant) -> bool:
    for name in _OTHERWISE:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine and theirs and mine.casefold() != theirs.casefold():
            return True
    return are_spelt_as_two(one.fullname, other.fullname)


def _may_be_one(group: Sequence[Applicant]) -> bool:
    """Say whether all names in a group are alike; an empty one is like every other."""
    names = {name_words(one.fullname) for one in group}
    return all(may_be_one(one, other) for one in names for other in names)


def _groups(
    applicants: Sequence[Applicant], decisions: Mapping[str, Decision]
) -> list[list[Applicant]]:
    groups: list[list[Applicant]] = []
    by_key: dict[tuple[str, ...], list[Applicant]] = {}
    for one in applicants:
        decision = decisions.get(one.entry)
        alone = decision is not None and decision.verdict is Verdict.NEW
        keys = [] if alone else _keys(one)
        near: list[list[Applicant]] = []
        for key in keys:
            there = by_key.get(key)
            if there is not None and not any(there is each for each in near):
                near.append(there)
        # Who is like two others brings these together.
        group = near[0] if near else []
        if not near:
            groups.append(group)
        for other in near[1:]:
            group += other
            groups = [each for each in groups if each is not other]
            by_key = {
                key: group if each is other else each for key, each in by_key.items()
            }
        group.append(one)
        for key in keys:
            by_key[key] = group
    place = {one.entry: at for at, one in enumerate(applicants)}
    for group in groups:
        group.sort(key=lambda each: place[each.entry])
    return groups


def _keys(one: Applicant) -> list[tuple[str, ...]]:
    name = one.fullname.casefold()
    keys: list[tuple[str, ...]] = [("address", folded(one.email))]
    if one.phone:
        keys.append(("phone", one.phone, name))
    if one.second_email:
        keys.append(("either", folded(one.second_email), name))
    keys.append(("either", folded(one.email), name))
    return keys


def _sent(one: Applicant) -> datetime:
    return one.edited or one.submitted or _LONG_AGO
