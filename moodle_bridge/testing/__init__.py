"""Contract suites that the tests of a third-party plug-in can inherit.

Each is a plain class with test methods; a test class that inherits it says how its
plug-in is made, by pytest fixtures of the names that the suite's docstring gives::

    import pytest
    from moodle_bridge.testing import MailboxContract

    class TestMyMailbox(MailboxContract):
        plugin = "my-mailbox"

        @pytest.fixture
        def mailbox(self, my_server):
            mailbox = MyMailbox(MySettings(port=my_server.port))
            yield mailbox
            mailbox.close()

        @pytest.fixture
        def put(self, my_server):
            return my_server.append

Nothing here needs pytest to be imported.
"""

from moodle_bridge.testing.alert_channel import AlertChannelContract
from moodle_bridge.testing.intake_source import IntakeSourceContract
from moodle_bridge.testing.list_members import ListMembersContract
from moodle_bridge.testing.mailbox import MailboxContract
from moodle_bridge.testing.mailer import Delivered, MailerContract
from moodle_bridge.testing.mailing_list import (
    KnownMembersContract,
    MailingListContract,
    UnknownMembersContract,
)
from moodle_bridge.testing.report_sink import ReportSinkContract
from moodle_bridge.testing.rota_source import RotaSourceContract

__all__ = [
    "AlertChannelContract",
    "Delivered",
    "IntakeSourceContract",
    "KnownMembersContract",
    "ListMembersContract",
    "MailboxContract",
    "MailerContract",
    "MailingListContract",
    "ReportSinkContract",
    "RotaSourceContract",
    "UnknownMembersContract",
]
