"""One site and one token, with everything that can be asked of them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType

from pydantic import SecretStr

from moodle_bridge.moodle.calendar import Calendar
from moodle_bridge.moodle.client import ClientSettings, MoodleClient
from moodle_bridge.moodle.cohorts import Cohorts
from moodle_bridge.moodle.completion import Completion
from moodle_bridge.moodle.course_modules import CourseModules
from moodle_bridge.moodle.courses import Courses
from moodle_bridge.moodle.databases import Databases
from moodle_bridge.moodle.drafts import Drafts
from moodle_bridge.moodle.enrolments import Enrolments
from moodle_bridge.moodle.feedback import Feedbacks
from moodle_bridge.moodle.files import Files
from moodle_bridge.moodle.forums import Forums
from moodle_bridge.moodle.groups import Groups
from moodle_bridge.moodle.messages import Messages
from moodle_bridge.moodle.notes import Notes
from moodle_bridge.moodle.patience import Jitter
from moodle_bridge.moodle.people import People
from moodle_bridge.moodle.protocols import ProtocolName, transport_of
from moodle_bridge.moodle.rest import RestSettings
from moodle_bridge.moodle.roles import Roles
from moodle_bridge.moodle.site import Site
from moodle_bridge.moodle.updates import Updates
from moodle_bridge.moodle.users import Users
from moodle_bridge.moodle.wikis import Wikis
from moodle_bridge.runtime import Clock, Sleep, sleep, utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How a site is reached: its address, its protocol, and the patience with it.

    `protocol` "auto" is REST, and SOAP only where REST is switched off. `rest` holds
    for either.
    """

    site_url: str
    protocol: ProtocolName = "auto"
    rest: RestSettings = field(default_factory=RestSettings)
    client: ClientSettings = field(default_factory=ClientSettings)


class Moodle:
    """A site as one account sees it: `moodle.forums`, `.people`, `.files`, ..."""

    def __init__(self, client: MoodleClient) -> None:
        self.client = client

    @classmethod
    def connect(
        cls,
        connection: Connection | str,
        token: SecretStr | str,
        *,
        clock: Clock = utc_now,
        sleep: Sleep = sleep,
        jitter: Jitter = random.random,
    ) -> Moodle:
        """Return the site; nothing is asked before a noun is used.

        `connection` may be the bare address of the site.
        Raises ConfigError for an address or a token that cannot be right.
        """
        if isinstance(connection, str):
            connection = Connection(site_url=connection)
        transport = transport_of(
            connection.protocol,
            connection.site_url,
            token,
            settings=connection.rest,
            clock=clock,
        )
        return cls(
            MoodleClient(
                transport,
                clock=clock,
                sleep=sleep,
                jitter=jitter,
                settings=connection.client,
            )
        )

    def __repr__(self) -> str:
        return f"<Moodle {self.client.site_url}>"

    def __enter__(self) -> Moodle:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections; may be repeated."""
        self.client.close()

    @cached_property
    def site(self) -> Site:
        """The site itself and what the token may do."""
        return Site(self.client)

    @cached_property
    def courses(self) -> Courses:
        """Courses by id or short name."""
        return Courses(self.client)

    @cached_property
    def course_modules(self) -> CourseModules:
        """Activities of courses by cmid."""
        return CourseModules(self.client)

    @cached_property
    def groups(self) -> Groups:
        """Groups of courses."""
        return Groups(self.client)

    @cached_property
    def forums(self) -> Forums:
        """Forums, discussions and posts."""
        return Forums(self.client)

    @cached_property
    def updates(self) -> Updates:
        """What changed."""
        return Updates(self.client)

    @cached_property
    def people(self) -> People:
        """Accounts, and who is enrolled."""
        return People(self.client)

    @cached_property
    def files(self) -> Files:
        """Files up and down."""
        return Files(self.client)

    @cached_property
    def users(self) -> Users:
        """Accounts, found, made and changed."""
        return Users(self.client)

    @cached_property
    def cohorts(self) -> Cohorts:
        """Cohorts and their members."""
        return Cohorts(self.client)

    @cached_property
    def enrolments(self) -> Enrolments:
        """Enrolments by hand."""
        return Enrolments(self.client)

    @cached_property
    def roles(self) -> Roles:
        """Roles outside an enrolment."""
        return Roles(self.client)

    @cached_property
    def drafts(self) -> Drafts:
        """Draft areas, through the functions of the service."""
        return Drafts(self.client)

    @cached_property
    def calendar(self) -> Calendar:
        """Events."""
        return Calendar(self.client)

    @cached_property
    def messages(self) -> Messages:
        """Messages to one person."""
        return Messages(self.client)

    @cached_property
    def wikis(self) -> Wikis:
        """Wikis and their pages."""
        return Wikis(self.client)

    @cached_property
    def databases(self) -> Databases:
        """Database activities and their entries."""
        return Databases(self.client)

    @cached_property
    def feedbacks(self) -> Feedbacks:
        """Feedback activities and what was answered."""
        return Feedbacks(self.client)

    @cached_property
    def completion(self) -> Completion:
        """Completion of activities."""
        return Completion(self.client)

    @cached_property
    def notes(self) -> Notes:
        """Notes about a person."""
        return Notes(self.client)
