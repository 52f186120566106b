"""A mailing list that GNU Mailman 3 keeps: posts by mail, members over REST."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from moodle_bridge.plugins.lists.mailman3_faults import (
    faults_of,
    faults_of_member,
    faults_of_nonmember,
)
from moodle_bridge.plugins.lists.mailman3_posting import LmtpEntrance, RestEntrance
from moodle_bridge.plugins.lists.mailman3_rest import MailmanRest, part
from moodle_bridge.plugins.lists.mailman3_settings import Mailman3Settings
from moodle_bridge.plugins.lists.mailman3_shapes import (
    HeldRow,
    MemberRow,
    held_of,
    member_of,
)

_CONFLICT, _NOT_THERE = 409, 404
_SWITCHED_OFF = (
    DeliveryStatus.BY_USER,
    DeliveryStatus.BY_BOUNCES,
    DeliveryStatus.BY_MODERATOR,
)
# The bridge has asked before; Mailman is not to ask again.
_AT_ONCE = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}

Shape = TypeVar("Shape", bound=BaseModel)


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
            member_of(one, statuses.get(one.member_id, DeliveryStatus.ENABLED))
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
        return [held_of(one) for one in self._waiting()]

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
            known = self._one("nonmember", address)
            action = known.moderation_action if known else None
            return faults_of_nonmember(config, address, action)
        chosen: Mapping[str, object] = {}
        if self._settings.own_mail_returns:
            path = f"members/{part(member.member_id)}/all/preferences"
            chosen = self._rest.get(path) or {}
        return faults_of_member(
            config,
            address,
            member.moderation_action,
            chosen,
            by_mail=self._settings.post_by == "mail",
        )

    def _decide(self, number: str, action: str) -> bool:
        if not number.isdigit():
            return False
        path = f"lists/{part(self._list_id)}/held/{number}"
        return self._rest.change("POST", path, {"action": action}) != _NOT_THERE

    def _is_held(self, message_id: str) -> bool:
        return any(held_of(one).message_id == message_id for one in self._waiting())

    def _waiting(self) -> Iterator[HeldRow]:
        yield from self._read(
            self._rest.pages(f"lists/{part(self._list_id)}/held"), HeldRow
        )

    def _found(self, **wanted: str) -> Iterator[MemberRow]:
        yield from self._read(
            self._rest.pages(
                "members/find", list_id=self._list_id, role="member", **wanted
            ),
            MemberRow,
        )

    def _one(self, role: str, address: str) -> MemberRow | None:
        path = f"lists/{part(self._list_id)}/{role}/{part(address)}"
        answer = self._rest.get(path)
        return None if answer is None else next(self._read([answer], MemberRow))

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
