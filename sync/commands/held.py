"""`moodle-bridge held`: what waits for a person, and what the person decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mappings.mail_reading import read_mail
from mappings.number_words import number_of
from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.result import Result, Table
from sync.commands.explain import whether_true
from sync.commands.story import parts_of
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.intents import Intent, IntentState
from sync.ledger.links import LinkState
from sync.ledger.parts import Part, PartState

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.ledger import Transaction

_MOST = 1000
# Rules that may take the words of a person for those of a program.
_GUESSES = frozenset({"auto-reply", "spam"})
_MAIL, _EFFECT = "mail-", "effect-"
# What Moodle refused for a mail is shown as the mail that it was for.
_BY_ITSELF = ("post:", "notice:", "reply:", "summary:", "issue:")
_STATES = {IntentState.DEAD: "refused", IntentState.HELD: "given up"}


def overview(invocation: Invocation) -> Result:
    """List the mails that are held and the effects that were refused or given up."""
    with _bridge(invocation) as bridge, bridge.ledger.reading() as transaction:
        mails = transaction.inbound.with_state(InboundState.HELD, limit=_MOST)
        effects = _stopped(transaction)
    rows = [
        (f"{_MAIL}{mail.id}", mail.reason, f"{mail.sender}: {mail.subject}")
        for mail in mails
    ] + [
        (
            f"{_EFFECT}{one.id}",
            _STATES.get(one.state, one.state.value),
            f"{one.summary}: {one.reason}",
        )
        for one in effects
    ]
    data = {
        "held": [{"id": name, "reason": why, "what": what} for name, why, what in rows]
    }
    if not rows:
        return Result(parts=["Nothing is held."], data=data)
    return Result(
        parts=[
            Table(columns=("id", "why", "what"), rows=rows),
            (
                "`held show ID` says more; `held release ID` lets it go on, `held drop ID`"
                " does not."
            ),
        ],
        data=data,
    )


def show(invocation: Invocation, *, id: str) -> Result:  # noqa: A002
    """Show one held item whole."""
    with _bridge(invocation) as bridge, bridge.ledger.reading() as transaction:
        item = _item(transaction, id)
        mail = item if isinstance(item, Inbound) else None
        parts = transaction.parts.of_mail(mail.id) if mail else []
        told = parts_of(transaction, mail) if mail else []
    if isinstance(item, Inbound):
        text = read_mail(item.raw).text if item.raw is not None else ""
        lines = [
            f"From {item.sender}, came {item.received_at:%Y-%m-%d %H:%M} UTC",
            f"Subject: {item.subject}",
            f"{item.state.value.capitalize()}: {item.reason} (rule {item.rule}) {item.detail}".rstrip(),
            f"Whether From is true: {whether_true(item)}",
            item.advice,
            *told,
            *_unplaced(parts),
            "",
            *text.splitlines(),
        ]
        return Result(
            parts=lines,
            data={
                "id": id,
                "from": item.sender,
                "subject": item.subject,
                "reason": item.reason,
                "detail": item.detail,
                "authenticity": whether_true(item),
                "advice": item.advice,
                "parts": [
                    {
                        "position": part.position,
                        "item": part.item,
                        "state": part.state.value,
                        "reason": part.reason,
                        "post_id": part.post_id,
                        "text": part.text,
                    }
                    for part in parts
                ],
                "text": text,
            },
        )
    return Result(
        parts=[
            item.summary,
            f"{_STATES.get(item.state, item.state.value)}: {item.reason}",
            item.advice,
            (
                f"tried {number_of(item.attempts, 'time')}, first meant"
                f" {item.planned_at:%Y-%m-%d %H:%M} UTC"
            ),
        ],
        data={
            "id": id,
            "summary": item.summary,
            "state": item.state.value,
            "reason": item.reason,
            "advice": item.advice,
            "attempts": item.attempts,
        },
    )


def release(invocation: Invocation, *, ids: tuple[str, ...]) -> Result:
    """Let held items go on with the next run; all of them, or none if one is unknown."""
    with _bridge(invocation) as bridge, bridge.ledger.writing() as transaction:
        for item in [_item(transaction, name) for name in ids]:
            if isinstance(item, Inbound):
                for intent in transaction.intents.of_source(f"mail:{item.id}"):
                    if intent.state in {IntentState.DEAD, IntentState.HELD}:
                        transaction.intents.change(
                            intent.id, state=IntentState.WITHDRAWN.value
                        )
                transaction.inbound.change(
                    item.id, state=InboundState.NEW.value, released=1
                )
                continue
            transaction.intents.change(
                item.id,
                state=IntentState.PLANNED.value,
                planned_at=transaction.clock(),
                not_before=None,
                reason="released by a person",
            )
            _let_link(transaction, item, LinkState.WAITING)
    return Result(
        parts=[f"Released: {', '.join(ids)}. The next `sync` carries it."],
        data={"released": list(ids)},
    )


def drop(invocation: Invocation, *, ids: tuple[str, ...], reason: str) -> Result:
    """Decide that held items are not carried; they stay in the ledger."""
    why = f"dropped by a person: {reason}".rstrip(": ")
    with _bridge(invocation) as bridge, bridge.ledger.writing() as transaction:
        for item in [_item(transaction, name) for name in ids]:
            if isinstance(item, Inbound):
                transaction.inbound.change(
                    item.id, state=InboundState.DROPPED.value, detail=why
                )
                for intent in transaction.intents.of_source(f"mail:{item.id}"):
                    if intent.state in {IntentState.HELD, IntentState.PLANNED}:
                        transaction.intents.change(
                            intent.id, state=IntentState.DROPPED.value, reason=why
                        )
                continue
            transaction.intents.change(
                item.id, state=IntentState.DROPPED.value, reason=why
            )
            _drop_mail(transaction, item, why)
            if transaction.intents.open_count(item.source) == 0:
                _let_link(transaction, item, LinkState.SENT)
    return Result(parts=[f"Dropped: {', '.join(ids)}."], data={"dropped": list(ids)})


def _bridge(invocation: Invocation) -> Bridge:
    return Bridge(invocation.settings(), invocation.registry(), clock=invocation.clock)


def _unplaced(parts: Sequence[Part]) -> list[str]:
    """Return the words of which nobody knows where they belong."""
    words = [part.text for part in parts if part.state is PartState.UNPLACED]
    lines = [line for text in words for line in text.splitlines()]
    return ["Not placed:", *(f"| {line}" for line in lines)] if lines else []


def _stopped(transaction: Transaction) -> list[Intent]:
    return [
        intent
        for state in (IntentState.HELD, IntentState.DEAD)
        for intent in transaction.intents.with_state(state)
        if state is IntentState.HELD or intent.source.startswith(_BY_ITSELF)
    ]


def _item(transaction: Transaction, name: str) -> Inbound | Intent:
    number = name.removeprefix(_MAIL).removeprefix(_EFFECT)
    item: Inbound | Intent | None = None
    if number.isdigit() and name.startswith(_MAIL):
        item = transaction.inbound.get(int(number))
        if item is not None and not _may_be_decided(item):
            item = None
    elif number.isdigit() and name.startswith(_EFFECT):
        item = transaction.intents.by_id(int(number))
        if item is not None and item.state not in {IntentState.HELD, IntentState.DEAD}:
            item = None
    if item is None:
        raise ConfigError(
            "nothing of this name is held",
            item=name,
            advice="`moodle-bridge held` lists what is, and `moodle-bridge explain` says"
            " what became of a mail. Nothing was changed.",
        )
    return item


def _may_be_decided(mail: Inbound) -> bool:
    """Say whether a person decides on a mail: it is held, or was put aside by a guess."""
    guessed = mail.rule in _GUESSES and mail.raw is not None
    return mail.state is InboundState.HELD or (
        mail.state is InboundState.IGNORED and guessed
    )


def _drop_mail(transaction: Transaction, intent: Intent, why: str) -> None:
    """Drop the mail whose post it was; else the next run would plan it anew."""
    kind, _, number = intent.source.partition(":")
    if kind == "mail":
        transaction.inbound.change(
            int(number), state=InboundState.DROPPED.value, detail=why
        )


def _let_link(transaction: Transaction, intent: Intent, state: LinkState) -> None:
    """Let a post wait again, or be settled, when the decision was about its mail."""
    kind, _, rest = intent.source.partition(":")
    if kind != "post":
        return
    pair, _, post_id = rest.rpartition(":")
    transaction.links.change(
        pair, int(post_id), state=state.value, due_at=transaction.clock()
    )
