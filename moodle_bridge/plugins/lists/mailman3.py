"""A mailing list that GNU Mailman 3 keeps: posts by mail, members over REST."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.parser import HeaderParser
from functools import cached_property
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import (
    Delivery,
    IListEntrance,
    IListMembers,
    IMailer,
    IMailingList,
    ListTraits,
)
from moodle_bridge.model.list_members import (
    DeliveryMode,
    DeliveryStatus,
    HeldMessage,
    ListFault,
    ListMember,
)
from moodle_bridge.model.mail import ListAddress
from moodle_bridge.model.people import Person
from moodle_bridge.plugins.lists.mailman3_faults import faults_of
from moodle_bridge.plugins.lists.mailman3_posting import LmtpEntrance, RestEntrance
from moodle_bridge.plugins.lists.mailman3_rest import MailmanRest, part
from moodle_bridge.plugins.lists.mailman3_settings import Mailman3Settings

_CONFLICT, _NOT_THERE = 409, 404
_SWITCHED_OFF = (
    DeliveryStatus.BY_USER,
    DeliveryStatus.BY_BOUNCES,
    DeliveryStatus.BY_MODERATOR,
)
# The bridge has asked before; Mailman is not to ask again.
_AT_ONCE = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}
_LET_THROUGH = frozenset({"accept", "defer"})

Shape = TypeVar("Shape", bound=BaseModel)


class _Member(BaseModel):
    """A member as REST 3.1 tells; what else it tells is passed over."""

    email: str
    member_id: str
    display_name: str | None = ""
    delivery_mode: DeliveryMode = DeliveryMode.REGULAR
    bounce_score: float = 0
    last_bounce_received: datetime | None = None
    moderation_action: str | None = None


class _Held(BaseModel):
    """A held mail as REST 3.1 tells."""

    request_id: int
    sender: str = ""
    subject: str = ""
    message_id: str = ""
    reason: str | None = None
    moderation_reasons: list[object] = []
    hold_date: datetime | None = None
    msg: str = ""


@implementer(IMailingList, IListMembers, IListEntrance)
class Mailman3List:
    """One mail to the posting address; the members are asked for over REST.

    See `IMailingList`, `IListMembers` and `IListEntrance`. Mailman neither recognises
    its own mail when it comes again nor a mail that comes twice: the bridge does both.
    """

    def __init__(self, settings: Mailman3Settings) -> None:
        list_id = settings.list_id or settings.address.replace("@", ".").lower()
        self.address = ListAddress(
            address=settings.address, name=settings.name, list_id=list_id
        )
        self.traits = ListTraits(
            addresses=settings.addresses(),
            list_ids=(list_id,),
            returns_own_mail=settings.own_mail_returns,
        )
        self._settings = settings
        self._rest = MailmanRest(settings)
        self._list_id = list_id

    @cached_property
    def entrance(self) -> IMailer | None:
        """See `IListEntrance`."""
        match self._settings.post_by:
            case "lmtp":
                return LmtpEntrance(self._settings, self._is_held)
            case "rest":
                return RestEntrance(self._rest, self._list_id, self._is_held)
            case _:
                return None

    def deliveries(self, readers: Sequence[Person]) -> Sequence[Delivery]:  # noqa: ARG002
        """See `IMailingList`."""
        return (Delivery(recipient=self.address.address),)

    def members(self) -> Sequence[ListMember]:
        """See `IListMembers`; four requests, however many members there are."""
        self._config()
        statuses: dict[str, DeliveryStatus] = {}
        for status in _SWITCHED_OFF:
            for one in self._found(delivery_status=status.value):
                statuses[one.member_id] = status
        return [
            _member(one, statuses.get(one.member_id, DeliveryStatus.ENABLED))
            for one in self._found()
        ]

    def subscribe(self, address: str, name: str = "") -> bool:
        """See `IListMembers`."""
        code = self._rest.change(
            "POST",
            "members",
            {
                "list_id": self._list_id,
                # Mailman's own word.
                "subscriber": address,
                "display_name": name,
                **_AT_ONCE,
                "send_welcome_message": False,
            },
            takes=frozenset({_CONFLICT}),
        )
        return code != _CONFLICT

    def unsubscribe(self, address: str) -> bool:
        """See `IListMembers`."""
        found = self._one("member", address)
        if found is None:
            return False
        path = f"lists/{part(self._list_id)}/member/{part(found.email)}"
        code = self._rest.change(
            "DELETE", path, {"pre_confirmed": True, "pre_approved": True}
        )
        return code != _NOT_THERE

    def set_delivery(
        self,
        address: str,
        *,
        status: DeliveryStatus | None = None,
        mode: DeliveryMode | None = None,
    ) -> bool:
        """See `IListMembers`."""
        found = self._one("member", address)
        if found is None:
            return False
        wanted = {}
        if status is not None:
            wanted["delivery_status"] = status.value
        if mode is not None:
            wanted["delivery_mode"] = mode.value
        path = f"members/{part(found.member_id)}/preferences"
        return not wanted or self._rest.change("PATCH", path, wanted) != _NOT_THERE

    def held(self) -> Sequence[HeldMessage]:
        """See `IListMembers`."""
        self._config()
        return [_held(one) for one in self._waiting()]

    def accept(self, message_id: str) -> bool:
        """See `IListMembers`."""
        return self._decide(message_id, "accept")

    def discard(self, message_id: str) -> bool:
        """See `IListMembers`."""
        return self._decide(message_id, "discard")

    def admit(self, address: str) -> None:
        """See `IListMembers`."""
        self._config()
        found = self._one("member", address) or self._one("nonmember", address)
        if found is None:
            self._rest.change(
                "POST",
                "members",
                {
                    "list_id": self._list_id,
                    "subscriber": address,
                    "role": "nonmember",
                    **_AT_ONCE,
                },
                takes=frozenset({_CONFLICT}),
            )
            found = self._one("nonmember", address)
        if found is None:
            raise Permanent(
                f"{address} cannot be admitted",
                item=self.address.address,
                advice="Add it to accept_these_nonmembers of the list.",
            )
        self._rest.change(
            "PATCH", f"members/{part(found.member_id)}", {"moderation_action": "accept"}
        )

    def faults(self, address: str, *, largest: int) -> Sequence[ListFault]:
        """See `IListMembers`."""
        config = self._config()
        found = [*self._of_bridge(config, address), *faults_of(config, largest=largest)]
        return sorted(found, key=lambda fault: not fault.stops)

    def _of_bridge(
        self, config: dict[str, object], address: str
    ) -> Iterator[ListFault]:
        member = self._one("member", address)
        if member is None:
            yield from self._of_nonmember(config, address)
            return
        if member.moderation_action not in {None, *_LET_THROUGH} or (
            member.moderation_action is None
            and config.get("default_member_action") not in {None, *_LET_THROUGH}
        ):
            action = member.moderation_action or config["default_member_action"]
            yield ListFault(
                setting="moderation_action",
                seen=f"{action}: mails of {address} do not reach the list",
                advice=f"Let them through: `moodle-bridge list admit`, or set the"
                f" moderation of {address} to accept.",
                stops=True,
            )
        if not self._settings.own_mail_returns:
            return
        path = f"members/{part(member.member_id)}/all/preferences"
        chosen = self._rest.get(path) or {}
        if chosen.get("delivery_status", "enabled") != "enabled":
            yield ListFault(
                setting="delivery_status",
                seen=f"{chosen['delivery_status']}: the list sends {address} nothing, so"
                " mails of members never become posts",
                advice=f"Enable delivery for {address}.",
                stops=True,
            )
        if chosen.get("delivery_mode", "regular") != "regular":
            yield ListFault(
                setting="delivery_mode",
                seen=f"{chosen['delivery_mode']}: {address} gets digests, which cannot"
                " become posts",
                advice=f"Set the delivery mode of {address} to regular.",
                stops=True,
            )
        if chosen.get("receive_own_postings") is False:
            yield ListFault(
                setting="receive_own_postings",
                seen=f"off for {address}: its own mails do not come back, and a mail in"
                " doubt could be sent twice",
                advice=f"Set receive_own_postings of {address} to yes, or"
                " own_mail_returns = false in [pair.list].",
                stops=self._settings.post_by != "mail",
            )
        if chosen.get("acknowledge_posts") is True:
            yield ListFault(
                setting="acknowledge_posts",
                seen=f"on for {address}: each of its mails is answered by the list",
                advice=f"Set acknowledge_posts of {address} to no.",
            )

    def _of_nonmember(
        self, config: dict[str, object], address: str
    ) -> Iterator[ListFault]:
        yield ListFault(
            setting="members",
            seen=f"{address} is none of them, so mails of members never become posts",
            advice=f"`moodle-bridge list sync --bridge` makes {address} a member.",
            stops=True,
        )
        known = self._one("nonmember", address)
        action = known.moderation_action if known else None
        listed = config.get("accept_these_nonmembers") or []
        if isinstance(listed, list) and address.lower() in map(
            str.lower, map(str, listed)
        ):
            action = action or "accept"
        action = action or str(config.get("default_nonmember_action") or "defer")
        if action not in _LET_THROUGH:
            yield ListFault(
                setting="default_nonmember_action",
                seen=f"{action}: mails of {address} do not reach the list",
                advice="Make it a member, or let its mails through: `moodle-bridge list"
                " admit`.",
                stops=True,
            )

    def _decide(self, number: str, action: str) -> bool:
        if not number.isdigit():
            return False
        path = f"lists/{part(self._list_id)}/held/{number}"
        return self._rest.change("POST", path, {"action": action}) != _NOT_THERE

    def _is_held(self, message_id: str) -> bool:
        return any(_held(one).message_id == message_id for one in self._waiting())

    def _waiting(self) -> Iterator[_Held]:
        yield from self._read(
            self._rest.pages(f"lists/{part(self._list_id)}/held"), _Held
        )

    def _found(self, **wanted: str) -> Iterator[_Member]:
        yield from self._read(
            self._rest.pages(
                "members/find", list_id=self._list_id, role="member", **wanted
            ),
            _Member,
        )

    def _one(self, role: str, address: str) -> _Member | None:
        path = f"lists/{part(self._list_id)}/{role}/{part(address)}"
        answer = self._rest.get(path)
        return None if answer is None else next(self._read([answer], _Member))

    def _config(self) -> dict[str, object]:
        # What asks for the members of a list that is not there gets an empty answer.
        config = self._rest.get(f"lists/{part(self._list_id)}/config")
        if config is None:
            raise Permanent(
                "Mailman has no such list",
                item=self.address.address,
                advice="Check `address` in [pair.list], and `list_id` where the list"
                " was moved to another domain.",
                code="404",
            )
        return config

    def _read(
        self, rows: Iterable[dict[str, object]], shape: type[Shape]
    ) -> Iterator[Shape]:
        try:
            for row in rows:
                yield shape.model_validate(row)
        except ValidationError as error:
            raise Permanent(
                f"Mailman's answer is not understood: {error.errors()[0]['loc']}",
                item=self.address.address,
                advice="The bridge speaks REST 3.1 of Mailman 3.3; please report this.",
            ) from None


def _member(one: _Member, status: DeliveryStatus) -> ListMember:
    member = ListMember(
        address=one.email,
        name=one.display_name or "",
        mode=one.delivery_mode,
        status=status,
        bounce_score=one.bounce_score,
    )
    bounced = one.last_bounce_received
    return member if bounced is None else replace(member, last_bounce=_utc(bounced))


def _held(one: _Held) -> HeldMessage:
    message_id = one.message_id
    if not message_id:
        headers = HeaderParser().parsestr(one.msg[:100_000], headersonly=True)
        message_id = str(headers.get("Message-ID") or "").strip()
    reasons = tuple(_words(reason) for reason in one.moderation_reasons)
    return HeldMessage(
        id=str(one.request_id),
        sender=one.sender,
        subject=one.subject,
        message_id=message_id,
        reasons=reasons or ((one.reason,) if one.reason else ()),
        held_at=None if one.hold_date is None else _utc(one.hold_date),
    )


def _words(reason: object) -> str:
    # Mailman gives a sentence, or a sentence with gaps and what belongs there.
    if isinstance(reason, list) and reason:
        text = str(reason[0])
        for value in reason[1:]:
            text = text.replace("{}", str(value), 1)
        return text
    return str(reason)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
