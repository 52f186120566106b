"""The Moodle client: transports, batching, paging, and one file a noun.

`Moodle.connect(address, token)` gives a site with everything that can be asked of it.
What goes wrong is raised by its meaning: `Transient` (nothing was done, later may do),
`Permanent` (refused), `InDoubt` (a write whose outcome is not known), all of them
`RemoteError` in `moodle_bridge.errors`. A write of many items raises none of them: it
gives one `ItemOutcome` for each item.
"""

from moodle_bridge.moodle.accounts import Account, NewUser, UserChange
from moodle_bridge.moodle.calendar import EventKind, NewEvent
from moodle_bridge.moodle.cohorts import NewCohort
from moodle_bridge.moodle.enrolments import Enrolment, Participation
from moodle_bridge.moodle.facade import Connection, Moodle
from moodle_bridge.moodle.files import Upload
from moodle_bridge.moodle.groups import NewGroup
from moodle_bridge.moodle.memberships import Membership
from moodle_bridge.moodle.messages import NewMessage
from moodle_bridge.moodle.notes import NewNote
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome, StoredDifferently
from moodle_bridge.moodle.roles import RoleAssignment
from moodle_bridge.moodle.user_search import Match

__all__ = [
    "Account",
    "Connection",
    "Enrolment",
    "EventKind",
    "ItemOutcome",
    "Match",
    "Membership",
    "Moodle",
    "NewCohort",
    "NewEvent",
    "NewGroup",
    "NewMessage",
    "NewNote",
    "NewUser",
    "Outcome",
    "Participation",
    "RoleAssignment",
    "StoredDifferently",
    "Upload",
    "UserChange",
]
