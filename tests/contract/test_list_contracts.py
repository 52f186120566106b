"""The contract of mailing lists, kept by each of ours."""

from __future__ import annotations

import pytest

from moodle_bridge.interfaces import IMailingList
from moodle_bridge.registry import Registry
from moodle_bridge.testing import KnownMembersContract, UnknownMembersContract

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
