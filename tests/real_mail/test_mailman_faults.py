"""`check` finds in a real Mailman each setting that would break the bridge."""

from __future__ import annotations

import pytest

from moodle_bridge.interfaces import IMailingList
from moodle_bridge.plugins import includeme
from moodle_bridge.plugins.lists.mailman3 import Mailman3List
from moodle_bridge.registry import Registry
from tests.real_mail.mailman_core import PASSWORD, MailmanCore

pytestmark = pytest.mark.real

BRIDGE = "bridge@moodle.example"
SOUND = {
    "max_message_size": 0,
    "subject_prefix": "",
    "filter_content": False,
    "digests_enabled": False,
    "reply_goes_to_list": "point_to_list",
    "default_member_action": "defer",
    "max_num_recipients": 10,
}


@pytest.fixture(scope="module")
def list_id(mailman: MailmanCore) -> str:
    list_id = mailman.add_list("faults@lists.example")
    mailman.add_member(list_id, BRIDGE)
    return list_id


def seen(mailman: MailmanCore, list_id: str, settings: dict[str, object]) -> set[str]:
    """Configure the list, and return the settings that are found to be wrong."""
    mailman.rest("PATCH", f"lists/{list_id}/config", **{**SOUND, **settings})
    registry = Registry()
    registry.include(includeme)
    raw = {
        "address": "faults@lists.example",
        "name": "Forum",
        "rest_url": mailman.url,
        "rest_password": PASSWORD,
    }
    told = registry.settings(IMailingList, "mailman3", raw, "pair.list")
    listed = registry.build(IMailingList, "mailman3", told)
    assert isinstance(listed, Mailman3List)
    return {one.setting for one in listed.faults(BRIDGE, largest=200_000)}


def test_a_list_as_it_should_be_has_no_faults(
    mailman: MailmanCore, list_id: str
) -> None:
    assert seen(mailman, list_id, {}) == set()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("max_message_size", 40),
        ("emergency", True),
        ("allow_list_posts", False),
        ("anonymous_list", True),
        ("reply_goes_to_list", "no_munging"),
        ("first_strip_reply_to", True),
        ("dmarc_mitigate_action", "reject"),
        ("subject_prefix", "[F] "),
        ("autorespond_postings", "respond_and_continue"),
        ("filter_content", True),
        ("digests_enabled", True),
    ],
)
def test_each_bad_setting_is_found_alone(
    mailman: MailmanCore, list_id: str, setting: str, value: object
) -> None:
    before = mailman.rest("GET", f"lists/{list_id}/config")[setting]
    try:
        assert seen(mailman, list_id, {setting: value}) == {setting}
    finally:
        mailman.rest("PATCH", f"lists/{list_id}/config", **{setting: before})


def test_moderation_of_all_members_is_found(mailman: MailmanCore, list_id: str) -> None:
    assert seen(mailman, list_id, {"default_member_action": "hold"}) == {
        "moderation_action"
    }
