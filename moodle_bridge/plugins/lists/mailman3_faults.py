"""Settings of a Mailman list that break the bridge, or hurt what it carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moodle_bridge.model.list_members import ListFault

_KILOBYTE = 1024
_LET_THROUGH = frozenset({"accept", "defer"})
_SPOILS_AUTHORS = (
    "the author of a mail cannot be told any more, so it is held and not posted"
)


def faults_of(config: Mapping[str, Any], *, largest: int) -> Iterator[ListFault]:
    """Give what is wrong in a list's configuration, as REST 3.1 tells it.

    `largest` is the most bytes that a mail of the bridge may have. A setting that is
    not told is passed over.
    """
    yield from _keeps_mail(config, largest)
    yield from _hides_authors(config)
    yield from _changes_mail(config)


def _keeps_mail(config: Mapping[str, Any], largest: int) -> Iterator[ListFault]:
    limit = config.get("max_message_size")
    needed = -(-largest // _KILOBYTE)
    if isinstance(limit, int | float) and 0 < limit < needed:
        yield ListFault(
            setting="max_message_size",
            seen=f"{limit:g} KB: larger mails are held for the moderator; those of the"
            f" bridge may have {needed} KB",
            advice=f"Set max_message_size to {needed} or 0, or lower [mail]"
            " attach_limit.",
            stops=True,
        )
    if config.get("emergency") is True:
        yield ListFault(
            setting="emergency",
            seen="on: every mail is held for the moderator",
            advice="Set emergency to no.",
            stops=True,
        )
    if config.get("allow_list_posts") is False:
        yield ListFault(
            setting="allow_list_posts",
            seen="off: the list says of itself that it takes no mail",
            advice="Set allow_list_posts to yes.",
        )
    if config.get("require_explicit_destination") is False:
        return
    most = config.get("max_num_recipients")
    if isinstance(most, int) and 0 < most < 2:  # noqa: PLR2004 - list and bridge
        yield ListFault(
            setting="max_num_recipients",
            seen=f"{most}: a mail to the list with a copy to somebody is held",
            advice="Set max_num_recipients to 10, or 0 for no limit.",
        )


def _hides_authors(config: Mapping[str, Any]) -> Iterator[ListFault]:
    if config.get("anonymous_list") is True:
        yield ListFault(
            setting="anonymous_list",
            seen=f"on: {_SPOILS_AUTHORS}",
            advice="Set anonymous_list to no.",
            stops=True,
        )
    if config.get("dmarc_mitigate_action") == "wrap_message":
        yield ListFault(
            setting="dmarc_mitigate_action",
            seen="wrap_message: mails of authors whose domain forbids others to write"
            " for it come as an attachment",
            advice="Set dmarc_mitigate_action to munge_from.",
        )
    if config.get("dmarc_mitigate_action") in {"reject", "discard"}:
        yield ListFault(
            setting="dmarc_mitigate_action",
            seen=f"{config['dmarc_mitigate_action']}: members whose domain forbids"
            " others to write for it cannot write to the list",
            advice="Set dmarc_mitigate_action to munge_from.",
        )
    if config.get("first_strip_reply_to") is True:
        yield ListFault(
            setting="first_strip_reply_to",
            seen="on: where the list puts itself into From, the author is in no other"
            f" place, and {_SPOILS_AUTHORS}",
            advice="Set first_strip_reply_to to no.",
        )
    goes_to = config.get("reply_goes_to_list")
    if goes_to not in {None, "point_to_list", "explicit_header_only"}:
        yield ListFault(
            setting="reply_goes_to_list",
            seen=f"{goes_to}: an answer to a mail of a member goes to that member"
            " alone, and neither the list nor the forum sees it",
            advice="Set reply_goes_to_list to point_to_list, if answers are for all.",
        )


def _changes_mail(config: Mapping[str, Any]) -> Iterator[ListFault]:
    if str(config.get("subject_prefix") or "").strip():
        yield ListFault(
            setting="subject_prefix",
            seen=f"{str(config['subject_prefix']).strip()!r}: subjects carry it beside"
            " the tag of the bridge",
            advice="Set subject_prefix to nothing, or `tag` of the pair to the same"
            " words.",
        )
    if config.get("autorespond_postings") not in {None, "none"}:
        yield ListFault(
            setting="autorespond_postings",
            seen=f"{config['autorespond_postings']}: who writes to the list, and so"
            " the bridge too, gets an automatic answer",
            advice="Set autorespond_postings to none.",
        )
    if config.get("convert_html_to_plaintext") is True:
        yield ListFault(
            setting="convert_html_to_plaintext",
            seen="on: mails in HTML come to the forum as a program saw them",
            advice="Set convert_html_to_plaintext to no.",
        )
    if config.get("filter_content") is True:
        yield ListFault(
            setting="filter_content",
            seen="on: the list may take files and pictures out of mails",
            advice="Set filter_content to no, or look at filter_types and pass_types.",
        )
    if config.get("digests_enabled") is True:
        yield ListFault(
            setting="digests_enabled",
            seen="on: an answer to a digest of the list is held by it, and could not be"
            " placed; digests of the bridge can be answered",
            advice="Set digests_enabled to no; members choose `channel digest`.",
        )


def faults_of_member(
    config: Mapping[str, object],
    address: str,
    moderation_action: str | None,
    chosen: Mapping[str, object],
    *,
    by_mail: bool,
) -> Iterator[ListFault]:
    """Give what is wrong with the bridge's membership.

    `moderation_action` is the member's own, None for the list's. `chosen` are the
    preferences that hold, empty where nothing has to come back. `by_mail` says that
    posts go to the list as mails.
    """
    if moderation_action not in {None, *_LET_THROUGH} or (
        moderation_action is None
        and config.get("default_member_action") not in {None, *_LET_THROUGH}
    ):
        action = moderation_action or config["default_member_action"]
        yield ListFault(
            setting="moderation_action",
            seen=f"{action}: mails of {address} do not reach the list",
            advice=f"Let them through: `moodle-bridge list admit`, or set the"
            f" moderation of {address} to accept.",
            stops=True,
        )
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
            stops=not by_mail,
        )
    if chosen.get("acknowledge_posts") is True:
        yield ListFault(
            setting="acknowledge_posts",
            seen=f"on for {address}: each of its mails is answered by the list",
            advice=f"Set acknowledge_posts of {address} to no.",
        )


def faults_of_nonmember(
    config: Mapping[str, object], address: str, moderation_action: str | None
) -> Iterator[ListFault]:
    """Give what is wrong where the bridge is no member; its action as above."""
    yield ListFault(
        setting="members",
        seen=f"{address} is none of them, so mails of members never become posts",
        advice=f"`moodle-bridge list sync --bridge` makes {address} a member.",
        stops=True,
    )
    action = moderation_action
    listed = config.get("accept_these_nonmembers") or []
    if isinstance(listed, list) and address.lower() in map(str.lower, map(str, listed)):
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
