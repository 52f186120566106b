"""By which ways each facilitator is reached, in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from zope.interface import implementer

from moodle_bridge.errors import InDoubt, Permanent, Transient
from moodle_bridge.interfaces import IAlertChannel, IMailer, IUsesMoodle
from moodle_bridge.model.mail import OutgoingMail, Sent
from sync.actions import Done, Later, Refused

if TYPE_CHECKING:
    from moodle_bridge.model.rota import Facilitator
    from sync.sending import Sending
    from sync.settings.alerts import AlertChannelSettings
    from sync.settings.base import PluginChoice

MAIL = "mail"
MOODLE_MESSAGE = "moodle-message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to one person.

    `name` tells it from their others, and stands in the ledger. `after` is how long
    after their first way this one is used as well; None: when those before it failed.
    """

    name: str
    channel: IAlertChannel
    address: str
    after: timedelta | None = None


class Ways:
    """The ways of everybody; `build` makes a plug-in's channel, None its usual one.

    With `mail_only` nothing but mail is used, because all mail goes to one address
    for a trial, and other ways would still reach people.
    """

    def __init__(
        self,
        settings: Sequence[AlertChannelSettings],
        build: Callable[[str, PluginChoice | None], IAlertChannel],
        *,
        mail_only: bool,
    ) -> None:
        self._settings = settings
        self._build = build
        self._mail_only = mail_only
        self._known: dict[str, tuple[Way, ...]] = {}

    def of(self, person: Facilitator) -> tuple[Way, ...]:
        """Return the ways of a person, the first first; none where none is known."""
        if person.key not in self._known:
            self._known[person.key] = self._of(person)
        return self._known[person.key]

    def _of(self, person: Facilitator) -> tuple[Way, ...]:
        chosen = [one for one in self._settings if one.person == person.key]
        found: list[Way] = []
        for one in chosen:
            channel = self._build(one.by.plugin, one.by)
            number = sum(way.name.split(" ")[0] == one.by.plugin for way in found)
            found.append(
                Way(
                    name=f"{one.by.plugin} {number + 1}" if number else one.by.plugin,
                    channel=channel,
                    address=_address(channel, person),
                    after=one.after,
                )
            )
        if self._mail_only:
            found = [way for way in found if way.channel.by_mail]
        return tuple(found) or self._usual(person)

    def _usual(self, person: Facilitator) -> tuple[Way, ...]:
        found = []
        if person.address is not None:
            found.append(self._way(MAIL, person))
        if person.user_id is not None and not self._mail_only:
            found.append(self._way(MOODLE_MESSAGE, person))
        return tuple(found)

    def _way(self, name: str, person: Facilitator) -> Way:
        channel = self._build(name, None)
        return Way(name=name, channel=channel, address=_address(channel, person))


def _address(channel: IAlertChannel, person: Facilitator) -> str:
    if channel.by_mail:
        return person.address or ""
    if IUsesMoodle.providedBy(channel):
        return str(person.user_id or "")
    return ""


@implementer(IMailer)
class ReceiptMailer:
    """See `IMailer`: sends as all mails of the bridge are sent, with their receipts."""

    can_look = False

    def __init__(self, sending: Sending) -> None:
        self._sending = sending

    def send(self, mail: OutgoingMail) -> Sent:
        """See `IMailer`."""
        recipients = self._sending.recipients(mail.recipients[0])
        outcome = self._sending.send(replace(mail, recipients=recipients))
        match outcome:
            case Done(result=result):
                return Sent(
                    accepted=recipients, remote_id=str(result.get("queued") or "")
                )
            case Later(reason=reason, advice=advice, wait=wait):
                raise Transient(
                    reason,
                    item=mail.message_id,
                    advice=advice,
                    retry_after=wait.total_seconds() if wait else None,
                )
            case Refused(reason=reason, advice=advice):
                raise Permanent(reason, item=mail.message_id, advice=advice)
        raise InDoubt(outcome.reason, item=mail.message_id)

    def was_sent(self, mail: OutgoingMail) -> bool | None:
        """See `IMailer`: its receipt tells."""
        del mail
        return None

    def close(self) -> None:
        """See `IMailer`."""
