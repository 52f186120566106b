"""Where the mail of somebody who is known belongs, and whether they may put it there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from moodle_bridge.model.people import Person
from sync.jobs.judged import Judged, groups_for, is_of_their_group
from sync.jobs.routing import Route
from sync.ledger.issues import Issue
from sync.ledger.links import LinkState

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.pairs import Pair


def in_its_place(
    transaction: Transaction, base: Judged, pair: Pair, person: Person
) -> Judged:
    """Return a person's mail with its place, or held for want of one."""
    route = base.route
    nothing_known = route.link is None and route.awaited is None
    if route.native and nothing_known and not base.inbound.released:
        return base.held(
            "place",
            "moodle-mail",
            "It answers a mail that Moodle itself sent, about something that the"
            " bridge does not carry (a digest, a message, another forum). Show it to"
            " nobody before you know: release it to begin a discussion with it.",
            detail=person.fullname,
        )
    if route.own_word and not base.inbound.released:
        return base.held(
            "place",
            "answers-bridge",
            "It answers what the bridge itself wrote to its author, who may mean it"
            " for nobody else. Read it, then drop it; release it only if it is meant"
            " for everybody.",
            detail=person.fullname,
        )
    if not _may_answer_here(transaction, person, route):
        return base.held(
            "place",
            "not-their-group",
            "It answers something that its author cannot read in Moodle. Look who"
            " is in which group, then release or drop it.",
            detail=person.fullname,
        )
    among: tuple[int | None, ...] = (pair.place.group_id,)
    begins = route.link is None and route.awaited is None
    if begins and pair.place.group_id is None:
        among = groups_for(person, pair.place.new_forum_groups)
    if len(among) != 1:
        return base.held(
            "place",
            "which-group",
            "The forum may keep its groups apart, and its author is in none of"
            " them, or in several. Put them into one, or post it by hand. (Where"
            " core_course_get_course_module is in the service, only forums that"
            " have groups ask.)",
            detail=person.fullname,
        )
    return replace(
        base,
        group_id=among[0],
        person=person,
    )


def of_issue(known: Judged, issue: Issue) -> Judged:
    """Return an answer to a digest, held when the digest was somebody else's."""
    assert known.person is not None
    if known.person.user_id == issue.user_id or known.inbound.released:
        return known
    return known.held(
        "author",
        "not-their-digest",
        "It answers a digest that went to somebody else. Release it to post its"
        " answers under the name of who wrote them, or drop it.",
        detail=known.person.fullname,
    )


def _may_answer_here(transaction: Transaction, person: Person, route: Route) -> bool:
    link = route.link
    if link is None or person.facilitator:
        return True
    if link.state is LinkState.WITHHELD and link.reason in {"private", "qanda"}:
        return False
    return is_of_their_group(transaction, person, link)
