"""What every mailing list must do that tells of its members."""

# ruff: noqa: D102 - a test's name is its sentence

from __future__ import annotations

from collections.abc import Callable

from zope.interface.verify import verifyObject

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IListMembers
from moodle_bridge.model.list_members import (
    DeliveryMode,
    DeliveryStatus,
    ListMember,
)

BRIDGE = "bridge@bridge.example.org"
_LARGEST = 300_000


class ListMembersContract:
    """Inherit it, and give three fixtures.

    `list_members`: an `IListMembers` of a list without members that takes mails of
    members only and holds the others. `stranger_writes`: a function that takes an
    address and a subject, and returns when the mail of this stranger waits for the
    moderator. `posted`: a function without arguments that returns the subjects of what
    came to the list, after a moment for it to come.
    """

    list_interface = IListMembers

    def test_it_keeps_the_interface_of_members(
        self, list_members: IListMembers
    ) -> None:
        assert verifyObject(IListMembers, list_members)

    def test_who_is_subscribed_is_a_member_once(
        self, list_members: IListMembers
    ) -> None:
        # Somebody of this test alone: a server may know people over all its lists.
        assert list_members.subscribe("Zainab@learner.example.org", "Zainab Diop")
        assert not list_members.subscribe("zainab@learner.example.org")
        (member,) = list_members.members()
        assert member.address.lower() == "zainab@learner.example.org"
        assert member.name == "Zainab Diop"
        assert member.mode is DeliveryMode.REGULAR
        assert member.status is DeliveryStatus.ENABLED
        assert member.bounce_score == 0
        assert member.last_bounce is None

    def test_many_members_are_all_told(self, list_members: IListMembers) -> None:
        wanted = {f"p{number}@learner.example.org" for number in range(12)}
        for address in sorted(wanted):
            list_members.subscribe(address)
        assert {member.address for member in list_members.members()} == wanted

    def test_who_is_unsubscribed_is_gone(self, list_members: IListMembers) -> None:
        list_members.subscribe("amina@learner.example.org")
        assert list_members.unsubscribe("AMINA@learner.example.org")
        assert list(list_members.members()) == []
        assert not list_members.unsubscribe("amina@learner.example.org")

    def test_delivery_is_switched_off_and_on(self, list_members: IListMembers) -> None:
        list_members.subscribe("amina@learner.example.org")
        list_members.subscribe("ben@learner.example.org")
        for status in (
            DeliveryStatus.BY_USER,
            DeliveryStatus.BY_USER,
            DeliveryStatus.ENABLED,
            DeliveryStatus.BY_BOUNCES,
        ):
            assert list_members.set_delivery("amina@learner.example.org", status=status)
            assert _named(list_members, "amina").status is status
            assert _named(list_members, "ben").status is DeliveryStatus.ENABLED

    def test_a_mode_and_a_status_are_set_together(
        self, list_members: IListMembers
    ) -> None:
        list_members.subscribe("amina@learner.example.org")
        list_members.set_delivery(
            "amina@learner.example.org", mode=DeliveryMode.PLAINTEXT_DIGESTS
        )
        assert _named(list_members, "amina").mode is DeliveryMode.PLAINTEXT_DIGESTS
        list_members.set_delivery(
            "amina@learner.example.org",
            status=DeliveryStatus.BY_USER,
            mode=DeliveryMode.REGULAR,
        )
        member = _named(list_members, "amina")
        assert (member.mode, member.status) == (
            DeliveryMode.REGULAR,
            DeliveryStatus.BY_USER,
        )

    def test_who_is_no_member_has_no_delivery_to_set(
        self, list_members: IListMembers
    ) -> None:
        assert not list_members.set_delivery(
            "nobody@learner.example.org", status=DeliveryStatus.BY_USER
        )

    def test_what_is_no_address_is_refused(self, list_members: IListMembers) -> None:
        try:
            list_members.subscribe("no address")
        except Permanent:
            assert list(list_members.members()) == []
        else:
            raise AssertionError("it took what is no address")

    def test_a_stranger_waits_until_accepted(
        self,
        list_members: IListMembers,
        stranger_writes: Callable[[str, str], None],
        posted: Callable[[], list[str]],
    ) -> None:
        stranger_writes("eve@elsewhere.example.org", "May I?")
        (held,) = list_members.held()
        assert held.sender == "eve@elsewhere.example.org"
        assert held.subject == "May I?"
        assert held.message_id
        assert held.reasons
        assert list_members.accept(held.id)
        assert list(list_members.held()) == []
        assert [one for one in posted() if "May I?" in one]
        assert not list_members.accept(held.id)

    def test_what_is_discarded_is_never_posted(
        self,
        list_members: IListMembers,
        stranger_writes: Callable[[str, str], None],
        posted: Callable[[], list[str]],
    ) -> None:
        stranger_writes("eve@elsewhere.example.org", "Buy this")
        (held,) = list_members.held()
        assert list_members.discard(held.id)
        assert not list_members.discard(held.id)
        assert list(list_members.held()) == []
        assert posted() == []

    def test_what_was_never_held_cannot_be_decided(
        self, list_members: IListMembers
    ) -> None:
        assert not list_members.accept("4711")
        assert not list_members.discard("no number")

    def test_a_bridge_that_is_no_member_is_told_so(
        self, list_members: IListMembers
    ) -> None:
        faults = list_members.faults(BRIDGE, largest=_LARGEST)
        assert "members" in {fault.setting for fault in faults if fault.stops}
        assert faults[0].stops

    def test_who_is_admitted_is_no_longer_stopped(
        self, list_members: IListMembers
    ) -> None:
        before = {fault.setting for fault in list_members.faults(BRIDGE, largest=1)}
        list_members.admit(BRIDGE)
        list_members.admit(BRIDGE)
        after = {fault.setting for fault in list_members.faults(BRIDGE, largest=1)}
        assert before - after == {"default_nonmember_action"}
        assert list(list_members.members()) == []

    def test_each_fault_says_what_to_do(self, list_members: IListMembers) -> None:
        for fault in list_members.faults(BRIDGE, largest=_LARGEST):
            assert fault.setting
            assert fault.seen
            assert fault.advice.endswith(".")


def _named(list_members: IListMembers, name: str) -> ListMember:
    (found,) = (
        one for one in list_members.members() if one.address.startswith(f"{name}@")
    )
    return found
