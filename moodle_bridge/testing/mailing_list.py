"""What every mailing list must do."""

# ruff: noqa: D102 - a test's name is its sentence

from __future__ import annotations

from zope.interface.verify import verifyObject

from moodle_bridge.interfaces import IMailingList, ListTraits
from moodle_bridge.model.mail import ListAddress
from moodle_bridge.model.people import Person


class MailingListContract:
    """Holds for every list; inherit one of the two suites below instead.

    They need one fixture, `mailing_list`: an `IMailingList` that has none of the
    addresses `...@learner.example.net` as its own.
    """

    interface = IMailingList

    plugin: str
    """The name that the plug-in is registered by."""

    def test_it_keeps_the_interface(self, mailing_list: IMailingList) -> None:
        assert verifyObject(IMailingList, mailing_list)
        assert isinstance(mailing_list.address, ListAddress)
        assert isinstance(mailing_list.traits, ListTraits)

    def test_its_posting_address_is_among_its_addresses(
        self, mailing_list: IMailingList
    ) -> None:
        assert mailing_list.address.address in mailing_list.traits.addresses

    def test_its_list_id_is_bare_and_among_its_identifiers(
        self, mailing_list: IMailingList
    ) -> None:
        list_id = mailing_list.address.list_id
        for each in mailing_list.traits.list_ids:
            assert not set(each) & set("<>@ ")
        assert list_id is None or list_id in mailing_list.traits.list_ids

    def test_asking_again_gives_the_same(self, mailing_list: IMailingList) -> None:
        readers = [_person(1), _person(2)]
        first = list(mailing_list.deliveries(readers))
        assert list(mailing_list.deliveries(readers)) == first


class UnknownMembersContract(MailingListContract):
    """Inherit it for a list that keeps its members to itself."""

    def test_it_says_that_it_does_not_know_its_members(
        self, mailing_list: IMailingList
    ) -> None:
        assert mailing_list.traits.knows_members is False

    def test_who_is_not_known_is_reached_by_one_delivery(
        self, mailing_list: IMailingList
    ) -> None:
        for readers in ([], [_person(1)], [_person(1), _person(2)]):
            (delivery,) = mailing_list.deliveries(readers)
            assert delivery.recipient == mailing_list.address.address
            assert delivery.person is None


class KnownMembersContract(MailingListContract):
    """Inherit it for a list that addresses each reader."""

    def test_it_says_that_it_knows_its_members(
        self, mailing_list: IMailingList
    ) -> None:
        assert mailing_list.traits.knows_members is True

    def test_who_is_known_is_reached_once_at_their_first_address(
        self, mailing_list: IMailingList
    ) -> None:
        readers = [_person(1), _person(2, "Two@learner.example.net", "b@example.net")]
        deliveries = mailing_list.deliveries([*readers, *readers])
        assert [each.recipient for each in deliveries] == [
            "p1@learner.example.net",
            "Two@learner.example.net",
        ]
        assert [each.person for each in deliveries] == readers

    def test_nobody_known_reads_so_nobody_gets_mail(
        self, mailing_list: IMailingList
    ) -> None:
        assert list(mailing_list.deliveries([])) == []

    def test_who_has_no_address_or_is_suspended_gets_none(
        self, mailing_list: IMailingList
    ) -> None:
        unreachable = [_person(1, no_address=True), _person(2, suspended=True)]
        assert list(mailing_list.deliveries(unreachable)) == []

    def test_an_address_gets_one_copy_however_it_is_written(
        self, mailing_list: IMailingList
    ) -> None:
        family = [
            _person(1, "home@learner.example.net"),
            _person(2, "Home@Learner.example.net"),
        ]
        (delivery,) = mailing_list.deliveries(family)
        assert delivery.recipient == "home@learner.example.net"

    def test_the_list_never_writes_to_itself(self, mailing_list: IMailingList) -> None:
        own = [
            _person(number, address.upper())
            for number, address in enumerate(mailing_list.traits.addresses, 1)
        ]
        assert list(mailing_list.deliveries(own)) == []


def _person(
    number: int, *addresses: str, no_address: bool = False, suspended: bool = False
) -> Person:
    known = addresses or (f"p{number}@learner.example.net",)
    return Person(
        user_id=number,
        username=f"p{number}",
        fullname=f"Person {number}",
        addresses=() if no_address else known,
        suspended=suspended,
    )
