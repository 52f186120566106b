"""A transaction on the ledger, with everything that is kept there by its noun."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection

from moodle_bridge.runtime import Clock
from sync.ledger.addresses import Addresses
from sync.ledger.alerts import Alerts, Claims
from sync.ledger.bounces import Bounces
from sync.ledger.calendar_events import CalendarEvents
from sync.ledger.channels import Channels, Gatherings
from sync.ledger.cursors import Cursors
from sync.ledger.decisions import Decisions
from sync.ledger.deeds import Deeds
from sync.ledger.discussions import Discussions
from sync.ledger.entries import Entries
from sync.ledger.inbound import Inbox
from sync.ledger.intents import Intents
from sync.ledger.issues import Deliveries, Issues, Spending
from sync.ledger.leases import Leases
from sync.ledger.links import Links
from sync.ledger.participants import Participants
from sync.ledger.parts import Parts
from sync.ledger.people import Contacts, People
from sync.ledger.plans import Plans
from sync.ledger.presence import Presences
from sync.ledger.questions import Questions
from sync.ledger.reports import Reports
from sync.ledger.retention import Retention
from sync.ledger.runs import Runs
from sync.ledger.shifts import Layers, RotaReadings, Shifts
from sync.ledger.tokens import Tokens
from sync.ledger.told import Told
from sync.ledger.waits import Marks, Utterances, Waits
from sync.ledger.wordings import Wordings


class Transaction:
    """One transaction and what can be asked and written in it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock

    @cached_property
    def retention(self) -> Retention:
        """What is let go of when its time is over."""
        return Retention(self.connection)

    @cached_property
    def cursors(self) -> Cursors:
        """How far each source was read."""
        return Cursors(self.connection, self.clock)

    @cached_property
    def discussions(self) -> Discussions:
        """The discussions that a pair knows."""
        return Discussions(self.connection, self.clock)

    @cached_property
    def links(self) -> Links:
        """Which post is which mail."""
        return Links(self.connection, self.clock)

    @cached_property
    def intents(self) -> Intents:
        """What is meant, and what came of it."""
        return Intents(self.connection, self.clock)

    @cached_property
    def inbound(self) -> Inbox:
        """Every mail as it came."""
        return Inbox(self.connection, self.clock)

    @cached_property
    def people(self) -> People:
        """Who is in which course."""
        return People(self.connection, self.clock)

    @cached_property
    def presences(self) -> Presences:
        """Who is or was in which course, and as what."""
        return Presences(self.connection, self.clock)

    @cached_property
    def contacts(self) -> Contacts:
        """When an address was last written to on the bridge's own account."""
        return Contacts(self.connection, self.clock)

    @cached_property
    def channels(self) -> Channels:
        """How each person takes part."""
        return Channels(self.connection, self.clock)

    @cached_property
    def gatherings(self) -> Gatherings:
        """For whom posts wait until their hour."""
        return Gatherings(self.connection, self.clock)

    @cached_property
    def issues(self) -> Issues:
        """The digests and bundles."""
        return Issues(self.connection, self.clock)

    @cached_property
    def delivered(self) -> Deliveries:
        """Which post somebody has had in a digest or bundle."""
        return Deliveries(self.connection, self.clock)

    @cached_property
    def spent(self) -> Spending:
        """How many bytes went to each person on which day."""
        return Spending(self.connection, self.clock)

    @cached_property
    def wordings(self) -> Wordings:
        """What was mailed of each post."""
        return Wordings(self.connection, self.clock)

    @cached_property
    def addresses(self) -> Addresses:
        """Further addresses of people."""
        return Addresses(self.connection, self.clock)

    @cached_property
    def questions(self) -> Questions:
        """What owners of addresses were asked."""
        return Questions(self.connection, self.clock)

    @cached_property
    def bounces(self) -> Bounces:
        """Whether mail to an address still arrives."""
        return Bounces(self.connection, self.clock)

    @cached_property
    def parts(self) -> Parts:
        """The several answers in mails that answer digests."""
        return Parts(self.connection, self.clock)

    @cached_property
    def entries(self) -> Entries:
        """The entries of intake forms."""
        return Entries(self.connection, self.clock)

    @cached_property
    def shifts(self) -> Shifts:
        """Who was on duty."""
        return Shifts(self.connection, self.clock)

    @cached_property
    def layers(self) -> Layers:
        """Absences, swaps and overrides of the rota."""
        return Layers(self.connection, self.clock)

    @cached_property
    def calendar_events(self) -> CalendarEvents:
        """The events that the bridge put into calendars."""
        return CalendarEvents(self.connection, self.clock)

    @cached_property
    def rota_readings(self) -> RotaReadings:
        """What each source of the rota said last."""
        return RotaReadings(self.connection, self.clock)

    @cached_property
    def utterances(self) -> Utterances:
        """What was said by whom."""
        return Utterances(self.connection, self.clock)

    @cached_property
    def marks(self) -> Marks:
        """What facilitators said of posts."""
        return Marks(self.connection, self.clock)

    @cached_property
    def waits(self) -> Waits:
        """Which questions wait, and which were answered."""
        return Waits(self.connection, self.clock)

    @cached_property
    def alerts(self) -> Alerts:
        """What facilitators were told of questions that wait."""
        return Alerts(self.connection, self.clock)

    @cached_property
    def claims(self) -> Claims:
        """Who is on which question."""
        return Claims(self.connection, self.clock)

    @cached_property
    def reports(self) -> Reports:
        """What each report sink wrote last."""
        return Reports(self.connection, self.clock)

    @cached_property
    def leases(self) -> Leases:
        """Who does which job just now."""
        return Leases(self.connection, self.clock)

    @cached_property
    def runs(self) -> Runs:
        """What was run, and how it ended."""
        return Runs(self.connection, self.clock)

    @cached_property
    def told(self) -> Told:
        """What people are told once."""
        return Told(self.connection, self.clock)

    @cached_property
    def deeds(self) -> Deeds:
        """What was done of plans of enrolment."""
        return Deeds(self.connection, self.clock)

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens of participants, sealed."""
        return Tokens(self.connection, self.clock)

    @cached_property
    def participants(self) -> Participants:
        """Who takes part, over all forms."""
        return Participants(self.connection, self.clock)

    @cached_property
    def decisions(self) -> Decisions:
        """What was decided about entries that were held."""
        return Decisions(self.connection, self.clock)

    @cached_property
    def plans(self) -> Plans:
        """Plans of enrolment."""
        return Plans(self.connection, self.clock)
