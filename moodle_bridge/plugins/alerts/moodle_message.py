"""Alerts as messages in Moodle."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IAlertChannel, IUsesMoodle
from moodle_bridge.model.alerts import AlertNotice, AlertTarget
from moodle_bridge.moodle.messages import LONGEST, NewMessage, TextFormat


class MoodleMessageAlertsSettings(BaseModel):
    """Nothing is to be set: it uses the bridge's own account."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@implementer(IAlertChannel, IUsesMoodle)
class MoodleMessageAlerts:
    """See `IAlertChannel`; the address is a Moodle user id.

    Moodle gives no way to ask whether a message was sent: one whose answer is lost
    stays in doubt (`core_message_send_instant_messages`).
    """

    name = "Moodle message"
    by_mail = False

    def __init__(self, settings: MoodleMessageAlertsSettings) -> None:
        del settings
        self._moodle: Any = None

    def use_moodle(self, moodle: Any) -> None:
        """See `IUsesMoodle`."""
        self._moodle = moodle

    def problem_with(self, address: str) -> str | None:
        """See `IAlertChannel`."""
        if address.isdecimal() and int(address) > 0:
            return None
        return "this is not the number of a Moodle account"

    def send(self, notice: AlertNotice, target: AlertTarget) -> str:
        """See `IAlertChannel`."""
        problem = self.problem_with(target.address)
        if problem is not None:
            raise Permanent(
                problem, item=target.name, advice="Say `user` in [[rota.person]]."
            )
        text = f"{notice.subject}\n\n{notice.text}"
        if len(text.encode()) > LONGEST:
            text = f"{notice.subject}\n\n{notice.short}"
        message = NewMessage(
            user_id=int(target.address), text=text, format=TextFormat.PLAIN
        )
        return str(self._moodle.messages.send(message))

    def close(self) -> None:
        """See `IAlertChannel`."""
