"""How a facilitator is alerted."""

from __future__ import annotations

from zope.interface import Attribute, Interface

from moodle_bridge.model.alerts import AlertNotice, AlertTarget


class IAlertChannel(Interface):
    """One way to reach facilitators."""

    name = Attribute("What an admin calls it; str, without secrets.")
    by_mail = Attribute("Whether it sends by the bridge's own way out for mail (bool).")

    def problem_with(address: str) -> str | None:
        """Say what is wrong with an address of this channel; None when it may do.

        Pure. The answer shows no secret that stands in the address.
        """

    def send(notice: AlertNotice, target: AlertTarget) -> str:
        """Reach somebody; returns the remote end's own id, empty if it has none.

        Raises Transient when surely nothing went out and it may be tried again,
        Permanent when it was refused for good (then another channel is tried),
        InDoubt when nobody knows. Sends at most once; repeats nothing by itself.
        """

    def close() -> None:
        """Let go of connections; may be repeated."""
