"""`moodle-bridge held reply`: write to the sender of a held mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.mail_reading import read_mail
from mappings.own_mail import own_mail
from mappings.subjects import post_subject
from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.result import Result
from sync.jobs.own_mails import write_down
from sync.jobs.routing import ASKED
from sync.ledger.inbound import Inbound, InboundState
from sync.sending import receipt_of

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation

_MAIL = "mail-"
_MOST_QUOTED = 40


def draft(invocation: Invocation, *, id: str) -> str:  # noqa: A002 - as typed
    """Return what the mail says, quoted, for an editor to write above."""
    with _bridge(invocation) as bridge:
        return _quoted(_held(bridge, id))


def run(invocation: Invocation, *, id: str, text: str) -> Result:  # noqa: A002
    """Plan a mail to the sender of a held mail; the next `sync` sends it.

    The mail stays held, with a note. What they answer is held too, for the admin and
    nobody else. Raises ConfigError when there is nothing to say, or nobody to say it to.
    """
    with _bridge(invocation) as bridge:
        held = _held(bridge, id)
        words = text.strip()
        if not words or words == _quoted(held).strip():
            raise ConfigError(
                "there is nothing to send", item=id, advice="Nothing was planned."
            )
        if not held.sender or held.envelope_sender == "":
            raise ConfigError(
                "it came from a program, or says no sender",
                item=id,
                advice="Nobody would read an answer. Nothing was planned.",
            )
        mail = read_mail(held.raw or b"")
        pair = next(
            (one for one in bridge.settings.pairs if one.name == held.pair),
            bridge.settings.pairs[0],
        )
        with bridge.ledger.writing() as transaction:
            source = f"reply:{held.id}"
            number = len(transaction.intents.of_source(source)) + 1
            key = f"reply:{held.id}:{number}"
            try:
                outgoing = own_mail(
                    to=held.sender,
                    subject=f"Re: {post_subject(held.subject)}",
                    text=f"{words}\n",
                    date=bridge.clock(),
                    name=bridge.list_of(pair).address.name,
                    site=bridge.mail_site,
                    key=receipt_of(bridge.secret, key),
                    auto=None,
                    answers=held.message_id,
                    references=mail.references,
                    sender=bridge.mail_site.bridge_address,
                )
            except ValueError as error:
                raise ConfigError(
                    f"no mail can be sent there: {error}", item=id
                ) from None
            write_down(
                transaction,
                outgoing,
                key=key,
                kind="mail.reply",
                source=source,
                summary=f"answer to {held.sender} about {id}",
            )
            # What they answer is for the admin, and must not become a post.
            transaction.cursors.move(f"{ASKED}{outgoing.message_id}", str(held.id))
            note = f"answered {bridge.clock():%Y-%m-%d %H:%M} UTC"
            transaction.inbound.change(
                held.id, detail="; ".join(filter(None, (held.detail, note)))
            )
    return Result(
        parts=[
            f"Goes to {held.sender} with the next `sync`. {id} stays held.",
            "What they answer is held as well, and shown to nobody else.",
        ],
        data={"id": id, "to": held.sender, "message_id": outgoing.message_id},
    )


def _bridge(invocation: Invocation) -> Bridge:
    return Bridge(invocation.settings(), invocation.registry(), clock=invocation.clock)


def _held(bridge: Bridge, name: str) -> Inbound:
    number = name.removeprefix(_MAIL)
    with bridge.ledger.reading() as transaction:
        found = (
            transaction.inbound.get(int(number))
            if name.startswith(_MAIL) and number.isdigit()
            else None
        )
    if found is None or found.state is not InboundState.HELD:
        raise ConfigError(
            "no mail of this name is held",
            item=name,
            advice="`moodle-bridge held` lists them; only a mail can be answered.",
        )
    return found


def _quoted(held: Inbound) -> str:
    lines = read_mail(held.raw or b"").text.strip().splitlines()
    shown = [f"> {line}" for line in lines[:_MOST_QUOTED]]
    if len(lines) > _MOST_QUOTED:
        shown.append("> [...]")
    return "\n".join(("", "", *shown, ""))
