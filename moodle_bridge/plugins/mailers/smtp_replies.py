"""What the reply of an SMTP server means: try later, or never again."""

from __future__ import annotations

from enum import Enum

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.redact import address_masked

Reply = tuple[int, bytes]
"""The code and the text of a reply; code -1 where the server's line was none."""


class Stage(Enum):
    """How far a transaction had come; the value says what was refused."""

    GREETING = "the server turned the bridge away"
    LOGIN = "the server refused the login"
    SENDER = "the envelope sender was refused"
    RECIPIENT = "a recipient was refused, so nobody was sent this mail"
    CONTENT = "the server would not take the content"
    ANSWER = "the content was refused"


_ADVICE = {
    Stage.GREETING: "Ask the mail host why it refuses this machine.",
    Stage.LOGIN: "Check username and password; some hosts want an app password.",
    Stage.SENDER: "Check that this account may send from the bridge's address.",
    Stage.RECIPIENT: "Check the address in Moodle or in the list; then try again.",
    Stage.CONTENT: "Read the server's words above; ask the mail host.",
    Stage.ANSWER: "Read the server's words above; the mail is kept in the ledger.",
}
_TOO_LARGE = 552
# What is said about this machine, its account or its address is said of every mail.
_OF_ALL_MAILS = frozenset({Stage.GREETING, Stage.LOGIN, Stage.SENDER})


def item_of(mail: OutgoingMail) -> str:
    """Return the mail's name as errors show it."""
    return f"mail {address_masked(mail.key)}"


def refusal(
    stage: Stage, code: int, text: str, *, item: str, whom: str = ""
) -> RemoteError:
    """Return the error that a reply which does not agree stands for.

    4xx is Transient, 5xx Permanent (RFC 5321 section 4.2.1). Any other code says
    nothing that can be trusted: InDoubt once the content was sent, Transient before.
    `text` is fit for a log; `whom` names the recipients that were refused, masked.
    """
    subject = f" ({whom})" if whom else ""
    what = f"{stage.value}{subject}: {code} {text}".rstrip()
    if code // 100 == 5:  # noqa: PLR2004
        advice = (
            "The mail is larger than this server or mailbox takes: lower the limit"
            " for attachments."
            if code == _TOO_LARGE
            else _ADVICE[stage]
        )
        return Permanent(
            what,
            item=item,
            advice=advice,
            code=str(code),
            concerns_all=stage in _OF_ALL_MAILS,
        )
    if code // 100 != 4 and stage is Stage.ANSWER:  # noqa: PLR2004
        return InDoubt(what, item=item, code=str(code))
    return Transient(
        what, item=item, code=str(code), concerns_all=stage in _OF_ALL_MAILS
    )
