"""What every alert channel must do."""

# ruff: noqa: D102 - a test's name is its sentence

from __future__ import annotations

from collections.abc import Callable

from zope.interface.verify import verifyObject

from moodle_bridge.errors import RemoteError
from moodle_bridge.interfaces import IAlertChannel
from moodle_bridge.model.alerts import AlertNotice, AlertTarget

NOTICE = AlertNotice(
    key="alert:sm25:417:ana:1:mail",
    subject="Amina waits: How do I upload?\r\nBcc: everybody@example.org",
    text="Amina has waited for 20 minutes.\n\nHow do I upload my plan?\n",
    short="Amina waits 20 min: How do I upload my plan?",
    language="en",
    reply_to="bridge+key@lists.example.org",
    message_id="<alert.417@lists.example.org>",
    headers={"X-Moodle-Bridge": "v=1"},
)


class AlertChannelContract:
    """Inherit it for every alert channel.

    It needs these fixtures: `channel`, an `IAlertChannel` ready for use; `target`, an
    `AlertTarget` that it reaches; `arrived`, a function that returns the texts that
    reached the target so far; `break_it`, a function after which the remote end takes
    nothing any more.
    """

    interface = IAlertChannel

    plugin: str
    """The name that the plug-in is registered by."""

    def test_it_keeps_the_interface(self, channel: IAlertChannel) -> None:
        assert verifyObject(IAlertChannel, channel)
        assert channel.name
        assert isinstance(channel.by_mail, bool)

    def test_a_notice_arrives_once(
        self,
        channel: IAlertChannel,
        target: AlertTarget,
        arrived: Callable[[], list[str]],
    ) -> None:
        assert isinstance(channel.send(NOTICE, target), str)
        (text,) = arrived()
        assert "How do I upload" in text

    def test_an_address_that_will_do_has_no_problem(
        self, channel: IAlertChannel, target: AlertTarget
    ) -> None:
        assert channel.problem_with(target.address) is None

    def test_what_is_not_taken_is_told_as_an_error(
        self,
        channel: IAlertChannel,
        target: AlertTarget,
        break_it: Callable[[], None],
    ) -> None:
        break_it()
        told: RemoteError | None = None
        try:
            channel.send(NOTICE, target)
        except RemoteError as error:
            told = error
        assert told is not None, "a notice that was not taken counted as sent"
        assert told.advice

    def test_closing_may_be_repeated(self, channel: IAlertChannel) -> None:
        channel.close()
        channel.close()
