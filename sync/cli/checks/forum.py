"""Looks what the account may do in a forum; everything is asked, nothing is tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from moodle_bridge.model.forum import ForumKind, Subscription
from moodle_bridge.moodle.functions import CAN_ADD_DISCUSSION
from sync.cli.checks.finding import Finding, ok, warning

if TYPE_CHECKING:
    from moodle_bridge.model.forum import Forum
    from moodle_bridge.moodle.facade import Moodle
    from moodle_bridge.moodle.forums import ForumAccess
    from moodle_bridge.moodle.site import SiteInfo

_LOSSES = {
    "viewdiscussion": "nothing can be read",
    "replypost": "answers by mail cannot be posted",
    "createattachment": "files of mails are dropped by Moodle without a word",
    "deleteownpost": "a private reply that Moodle made public cannot be taken back",
    "postwithoutthrottling": "Moodle may refuse posts when many come at once",
}
_TOO_MUCH = {
    "readprivatereplies": "private replies are shown to the bridge, which withholds"
    " them",
    "viewhiddentimedposts": "posts are shown to the bridge before their time, which"
    " withholds them",
    "canoverridediscussionlock": "answers by mail come into locked discussions",
    "canoverridecutoff": "answers by mail come into a forum after its cut-off date",
}
_BEGINS = {ForumKind.NEWS: "addnews", ForumKind.QANDA: "addquestion"}
_MAILED_BY_MOODLE = {
    Subscription.FORCED: "subscribes everybody for good",
    Subscription.INITIAL: "subscribes everybody until they say no",
}
_TAKES_NONE = frozenset({ForumKind.SINGLE})


def look_at_forum(
    name: str,
    forum: Forum,
    moodle: Moodle,
    info: SiteInfo,
    *,
    begins: bool,
    group_id: int | None,
    mails_each: bool,
) -> Iterator[Finding]:
    """Say what the account may do in a forum, too little and too much.

    `begins` is true where mails begin discussions, for `group_id` or for everybody;
    `mails_each` where the bridge itself mails to each reader. Raises RemoteError when the forum does not tell.
    """
    what = f"{name}, forum {forum.cmid}"
    yield ok(what, f"{forum.name} ({forum.kind.value})")
    if mails_each and forum.subscription in _MAILED_BY_MOODLE:
        yield warning(
            f"{what}, mail of Moodle",
            f"Moodle {_MAILED_BY_MOODLE[forum.subscription]}: whom the bridge mails to"
            " gets each post twice",
            "Set the forum's subscription mode to optional, or disabled, in Moodle; or"
            " let its readers switch off Email for forum posts in their notification"
            " preferences.",
        )
    access = moodle.forums.access(forum.id)
    for right, loss in _LOSSES.items():
        if not access.may(right):
            yield warning(what, f"without mod/forum:{right}, {loss}", _give(right))
    if forum.kind is ForumKind.QANDA and not access.may("viewqandawithoutposting"):
        yield warning(
            what,
            "without mod/forum:viewqandawithoutposting, only questions are seen and"
            " no answer is mailed",
            _give("viewqandawithoutposting"),
        )
    if begins:
        yield from _beginning(what, forum, access, moodle, info, group_id)
    for right, effect in _TOO_MUCH.items():
        if access.may(right):
            yield warning(
                what,
                f"with mod/forum:{right}, {effect}",
                f"Take mod/forum:{right} from the role of the bridge's account.",
            )
    # What the bridge writes is for all who read the forum; the right is not missed.
    may = "may" if access.may("postprivatereply") else "may not"
    yield ok(
        f"{what}, private replies", f"none is written; the account {may} write one"
    )


def _beginning(  # noqa: PLR0917 - as above
    what: str,
    forum: Forum,
    access: ForumAccess,
    moodle: Moodle,
    info: SiteInfo,
    group_id: int | None,
) -> Iterator[Finding]:
    if forum.kind in _TAKES_NONE:
        yield warning(
            what,
            "holds a single discussion; no other can be begun by mail",
            "Name another forum in `new_discussions_to`.",
        )
        return
    right = _BEGINS.get(forum.kind, "startdiscussion")
    if not access.may(right):
        yield warning(
            what,
            f"without mod/forum:{right}, no discussion can be begun by mail",
            _give(right),
        )
    elif CAN_ADD_DISCUSSION in info.functions:
        if moodle.forums.may_add(forum.id, group_id=group_id).begin:
            yield ok(f"{what}, new discussions", "may be begun, Moodle says")
        else:
            yield warning(
                f"{what}, new discussions",
                "Moodle says that the account may not begin one now",
                "Look at the cut-off date of the forum and at its groups: to write to"
                " everybody where groups are kept apart, the account needs"
                " moodle/site:accessallgroups.",
            )


def _give(right: str) -> str:
    return f"Give the role of the bridge's account mod/forum:{right} in the forum."
