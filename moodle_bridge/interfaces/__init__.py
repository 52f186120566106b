"""The contracts that plug-ins keep; one file a concept, the docstring is the contract."""

from moodle_bridge.interfaces.intake_source import IIntakeSource
from moodle_bridge.interfaces.mailbox import IMailbox
from moodle_bridge.interfaces.mailer import IMailer
from moodle_bridge.interfaces.mailing_list import Delivery, IMailingList, ListTraits
from moodle_bridge.interfaces.transport import Answer, ITransport

__all__ = [
    "Answer",
    "Delivery",
    "IIntakeSource",
    "IMailbox",
    "IMailer",
    "IMailingList",
    "ITransport",
    "ListTraits",
]
