"""A real Mailman keeps the contract that the practice one keeps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moodle_bridge.interfaces import IListMembers, IMailingList
from moodle_bridge.plugins import includeme
from moodle_bridge.registry import Registry
from moodle_bridge.testing import ListMembersContract, UnknownMembersContract
from tests.real_mail.hub import Hub
from tests.real_mail.mailman_core import PASSWORD, MailmanCore, until

pytestmark = pytest.mark.real

_LAST = "That was all"


class TestRealMailman3(UnknownMembersContract, ListMembersContract):
    @pytest.fixture
    def address(self, request: pytest.FixtureRequest) -> str:
        return f"c{abs(hash(request.node.name)) % 10**9}@lists.example"

    @pytest.fixture
    def list_id(self, mailman: MailmanCore, address: str) -> str:
        return mailman.add_list(address)

    @pytest.fixture
    def mailing_list(
        self, mailman: MailmanCore, address: str, list_id: str
    ) -> IMailingList:
        registry = Registry()
        registry.include(includeme)
        raw = {
            "address": address,
            "name": "Forum",
            "rest_url": mailman.url,
            "rest_password": PASSWORD,
        }
        settings = registry.settings(IMailingList, "mailman3", raw, "pair.list")
        return registry.build(IMailingList, "mailman3", settings)

    @pytest.fixture
    def list_members(self, mailing_list: IMailingList) -> IListMembers:
        return IListMembers(mailing_list)

    @pytest.fixture
    def stranger_writes(
        self, mailman: MailmanCore, hub: Hub, address: str, list_id: str
    ) -> Callable[[str, str], None]:
        def writes(sender: str, subject: str) -> None:
            raw = (
                f"From: {sender}\r\nTo: {address}\r\nSubject: {subject}\r\n"
                f"Message-ID: <{list_id}@elsewhere.example>\r\n\r\nHello\r\n"
            )
            hub.send(raw.encode(), sender, address)
            until(
                lambda: mailman.rest("GET", f"lists/{list_id}/held")["total_size"],
                "the mail is held",
            )

        return writes

    @pytest.fixture
    def posted(
        self, mailman: MailmanCore, hub: Hub, address: str, list_id: str
    ) -> Callable[[], list[str]]:
        def subjects() -> list[str]:
            # Mails keep their order within Mailman: when the last is there, all are.
            reader = f"reader-{list_id}@home.example"
            raw = f"From: {reader}\r\nTo: {address}\r\nSubject: {_LAST}\r\n\r\n.\r\n"
            hub.send(raw.encode(), reader, address)

            def came() -> list[str]:
                found = [str(mail["Subject"]) for mail in hub.mails(reader)]
                return found if any(_LAST in one for one in found) else []

            return [one for one in until(came, "the last mail") if _LAST not in one]

        hub.add_mailbox(f"reader-{list_id}@home.example")
        mailman.add_member(list_id, f"reader-{list_id}@home.example")
        return subjects
