"""The contract of mailing lists, kept by each of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from moodle_bridge.interfaces import IListMembers, IMailingList
from moodle_bridge.practice import running
from moodle_bridge.practice.mailman import PracticeMailman
from moodle_bridge.practice.mailman_lists import MailmanList
from moodle_bridge.registry import Registry
from moodle_bridge.testing import (
    KnownMembersContract,
    ListMembersContract,
    UnknownMembersContract,
)

RAW = {
    "address": "Forum@learning.example.org",
    "name": "Facilitation forum",
    "aliases": ["course@learning.example.org"],
}


class TestRemote(UnknownMembersContract):
    plugin = "remote"

    @pytest.fixture
    def mailing_list(self, registry: Registry) -> IMailingList:
        raw = {**RAW, "list_id": "<forum.learning.example.org>"}
        settings = registry.settings(IMailingList, self.plugin, raw, "pair.list")
        return registry.build(IMailingList, self.plugin, settings)


class TestDirect(KnownMembersContract):
    plugin = "direct"

    @pytest.fixture
    def mailing_list(self, registry: Registry) -> IMailingList:
        settings = registry.settings(IMailingList, self.plugin, RAW, "pair.list")
        return registry.build(IMailingList, self.plugin, settings)


class TestMailman3(UnknownMembersContract, ListMembersContract):
    plugin = "mailman3"

    @pytest.fixture
    def mailman(self) -> PracticeMailman:
        return PracticeMailman(password="sesame")

    @pytest.fixture
    def roll(self, mailman: PracticeMailman) -> MailmanList:
        return mailman.add_list(RAW["address"].lower())  # type: ignore[attr-defined]

    @pytest.fixture
    def mailing_list(
        self, registry: Registry, mailman: PracticeMailman, roll: MailmanList
    ) -> Iterator[IMailingList]:
        with running(mailman) as url:
            raw = {**RAW, "rest_url": url, "rest_password": "sesame"}
            settings = registry.settings(IMailingList, self.plugin, raw, "pair.list")
            yield registry.build(IMailingList, self.plugin, settings)

    @pytest.fixture
    def list_members(self, mailing_list: IMailingList) -> IListMembers:
        return IListMembers(mailing_list)

    @pytest.fixture
    def stranger_writes(
        self, mailman: PracticeMailman, roll: MailmanList
    ) -> Callable[[str, str], None]:
        def writes(address: str, subject: str) -> None:
            mailman.take(
                roll,
                f"From: {address}\nTo: {roll.address}\nSubject: {subject}\n"
                "Message-ID: <1@elsewhere.example.org>\n\nHello\n",
            )

        return writes

    @pytest.fixture
    def posted(self, roll: MailmanList) -> Callable[[], list[str]]:
        return lambda: list(roll.posted)
