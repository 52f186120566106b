"""`moodle-bridge resend`: a post that went out goes out once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError
from moodle_bridge.model.channels import ChannelKind
from sync.bridge import Bridge
from sync.cli.result import Result
from sync.jobs.again import send_again
from sync.ledger.links import Link, LinkState
from sync.participants import named

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.cli.invocation import Invocation
    from sync.pairs import Pair


def describe(invocation: Invocation, *, post: int, to: str | None) -> str:
    """Say in words what would be sent again, and to whom; raises as `run`."""
    with _bridge(invocation) as bridge:
        chosen, people = _chosen(bridge, post, to)
    subject = chosen[0][1].subject
    whom = people[0].fullname if people else "everybody who gets it now"
    return f"Mail post {post} ({subject}) again to {whom}?"


def run(invocation: Invocation, *, post: int, to: str | None) -> Result:
    """Let a post go out again with the next `sync`, to one reader or to all.

    Raises ConfigError when it never went out, or `to` names nobody who gets it.
    """
    with _bridge(invocation) as bridge:
        chosen, people = _chosen(bridge, post, to)
        addresses = [one for person in people for one in person.addresses] or None
        with bridge.ledger.writing() as transaction:
            for _, link in chosen:
                send_again(transaction, link, addresses)
    whom = people[0].fullname if people else "everybody who gets it now"
    return Result(
        parts=[
            f"Post {post} goes again to {whom}, with the next `sync`.",
            (
                "It keeps its Message-ID, so that answers find it: a mailbox that has"
                " it already may show it only once."
            ),
        ],
        data={
            "post_id": post,
            "pairs": [link.pair for _, link in chosen],
            "to": people[0].user_id if people else None,
        },
    )


def _bridge(invocation: Invocation) -> Bridge:
    return Bridge(invocation.settings(), invocation.registry(), clock=invocation.clock)


def _chosen(
    bridge: Bridge, post: int, to: str | None
) -> tuple[list[tuple[Pair, Link]], list[Person]]:
    pairs = {pair.name: pair for pair in bridge.pairs()}
    with bridge.ledger.reading() as transaction:
        links = [link for link in transaction.links.by_post(post) if link.pair in pairs]
    _refuse_unless_sent(post, links)
    sent = [link for link in links if link.state is LinkState.SENT]
    chosen = [(pairs[link.pair], link) for link in sent]
    if to is None:
        return chosen, []
    chosen = [one for one in chosen if one[0].mailing_list.traits.knows_members]
    people = {
        person.user_id: person
        for pair, _ in chosen
        for person in named(bridge.participants.of_course(pair.place.course.id), to)
        if not person.suspended and person.addresses
    }
    if not chosen:
        raise ConfigError(
            "it goes to a list, whose members the bridge does not mail",
            item=f"post {post}",
            advice="Leave --to out and it goes to the whole list again; or let them"
            f" write `get {post}` to the bridge.",
        )
    if len(people) != 1:
        raise ConfigError(
            "this names nobody, or not one participant alone",
            item=to,
            advice="Give the username, the address or the user id.",
        )
    _refuse_unless_mailed(bridge, chosen, list(people.values()), post)
    return chosen, list(people.values())


def _refuse_unless_sent(post: int, links: Sequence[Link]) -> None:
    if any(link.state is LinkState.SENT and not link.gone_at for link in links):
        return
    states = sorted({f"{link.state.value} {link.reason}".strip() for link in links})
    raise ConfigError(
        f"it is not among what went out ({', '.join(states) or 'not known'})",
        item=f"post {post}",
        advice=f"`moodle-bridge explain {post}` says what became of it.",
    )


def _refuse_unless_mailed(
    bridge: Bridge,
    chosen: Sequence[tuple[Pair, Link]],
    people: Sequence[Person],
    post: int,
) -> None:
    with bridge.ledger.reading() as transaction:
        channel = transaction.channels.get(people[0].user_id)
    default = ChannelKind(chosen[0][0].settings.channel)
    kind = channel.kind if channel else default
    if kind is not ChannelKind.EACH:
        raise ConfigError(
            f"they get no mail of single posts (their channel is {kind.value})",
            item=people[0].fullname,
            advice=f"Let them write `get {post}` to the bridge.",
        )
