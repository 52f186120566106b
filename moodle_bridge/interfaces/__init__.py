"""The contracts that plug-ins keep; one file a concept, the docstring is the contract."""

from moodle_bridge.interfaces.alert_channel import IAlertChannel
from moodle_bridge.interfaces.intake_source import IIntakeSource
from moodle_bridge.interfaces.list_members import IListMembers
from moodle_bridge.interfaces.mailbox import IMailbox
from moodle_bridge.interfaces.mailer import IMailer
from moodle_bridge.interfaces.mailing_list import (
    Delivery,
    IListEntrance,
    IMailingList,
    ListTraits,
)
from moodle_bridge.interfaces.report_sink import IReportSink
from moodle_bridge.interfaces.rota_source import IRotaSource
from moodle_bridge.interfaces.surroundings import IUsesMailer, IUsesMoodle
from moodle_bridge.interfaces.transport import Answer, ITransport

__all__ = [
    "Answer",
    "Delivery",
    "IAlertChannel",
    "IIntakeSource",
    "IListEntrance",
    "IListMembers",
    "IMailbox",
    "IMailer",
    "IMailingList",
    "IReportSink",
    "IRotaSource",
    "ITransport",
    "IUsesMailer",
    "IUsesMoodle",
    "ListTraits",
]
