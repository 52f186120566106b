"""Instant messages from one user to another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import (
    default,
    items,
    optional,
    record,
    value,
)
from moodle_bridge.practice.refusals import refused
from moodle_bridge.practice.returns import ARRAY
from moodle_bridge.practice.rights import site_capabilities
from moodle_bridge.practice.site_records import Message
from moodle_bridge.practice.texts import rendered
from moodle_bridge.practice.user_shapes import shares_course

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moodle_bridge.practice.records import User

_LONGEST = 4096
_ANYBODY = "moodle/site:messageanyuser"
_LINK = re.compile(r"<a (?![^>]*target=)([^>]*)>")


def send_instant_messages(call: Call, arguments: Arguments) -> list[dict[str, Any]]:
    """Answer core_message_send_instant_messages: each by itself, -1 for a refused one.

    When some go out and some do not, the answer breaks after they have gone out.
    """
    results: list[dict[str, Any]] = []
    gone_out = 0
    for sent in arguments["messages"]:
        problem = _problem(call, sent)
        result: dict[str, Any] = (
            {"msgid": -1, "errormessage": problem}
            if problem
            else _shaped(call, _stored(call, sent))
        )
        gone_out += not problem
        if sent.get("clientmsgid") is not None:
            result["clientmsgid"] = sent["clientmsgid"]
        may_delete = "moodle/site:deleteanymessage" in site_capabilities(call.user)
        result["candeletemessagesforallusers"] = may_delete and not problem
        results.append(result)
    if 0 < gone_out < len(results):
        # The only refusal after which something has changed.
        call.state.writes += 1
        raise refused("formatnotsupported", "webservice/formatnotsupported")
    return results


def _problem(call: Call, sent: Mapping[str, Any]) -> str:
    user = call.state.users.get(sent["touserid"])
    if user is None or user.deleted:
        return (
            f"You cannot send a message to a user ID ({sent['touserid']}) that doesn't "
            "exist."
        )
    if len((sent["text"] or "").encode()) > _LONGEST:
        return "The message is longer than the maximum allowed."
    if _ANYBODY in site_capabilities(call.user) or _teaches(call, user):
        return ""
    if call.user.id in user.blocked or not shares_course(call, user):
        return (
            "You can't message this user due to their message preferences. Try adding"
            " them as a contact."
        )
    return ""


def _teaches(call: Call, user: User) -> bool:
    """Tell whether the caller may write to a user because of a course of both.

    Then nobody can block them: teachers reach whomever they are in a course with.
    """
    shared = {
        row.courseid
        for row in call.state.enrolments.values()
        if row.userid == user.id
        and (call.user.id, row.courseid) in call.state.enrolments
    }
    return any(call.viewer(courseid).can(_ANYBODY) for courseid in shared)


def _stored(call: Call, sent: Mapping[str, Any]) -> Message:
    pair = {call.user.id, sent["touserid"]}
    known = (
        row.conversationid
        for row in call.state.messages.values()
        if {row.useridfrom, row.useridto} == pair
    )
    message = Message(
        id=call.state.next_id("message"),
        conversationid=next(known, 0) or call.state.next_id("conversation"),
        useridfrom=call.user.id,
        useridto=sent["touserid"],
        text=sent["text"] or "",
        textformat=sent["textformat"],
        timecreated=call.now,
    )
    call.state.messages[message.id] = message
    return message


def _shaped(call: Call, message: Message) -> dict[str, Any]:
    shown = rendered(message.text, message.textformat)
    shown = _LINK.sub(r'<a \1 target="_blank" rel="noreferrer">', shown)
    return {
        "msgid": message.id,
        "text": f"<p>{shown}</p>",
        "timecreated": message.timecreated,
        "conversationid": message.conversationid,
        "useridfrom": call.user.id,
    }


FUNCTIONS = (
    Function(
        name="core_message_send_instant_messages",
        parameters=record(
            messages=items(
                record(
                    touserid=value("int"),
                    text=value("raw"),
                    textformat=default("int", 0),
                    clientmsgid=optional("alphanumext"),
                )
            )
        ),
        run=send_instant_messages,
        returns=ARRAY,
        writes=True,
    ),
)
