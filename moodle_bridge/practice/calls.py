"""One call of one web service function, and what a function is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.parameters import Presence
from moodle_bridge.practice.refusals import not_enrolled
from moodle_bridge.practice.rights import Viewer, viewer

if TYPE_CHECKING:
    from moodle_bridge.practice.parameters import Record
    from moodle_bridge.practice.records import Token, User
    from moodle_bridge.practice.returns import Returned
    from moodle_bridge.practice.state import PracticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """What an admin has set once: names, versions and limits.

    `url` is the wwwroot, without a slash at its end; empty means that it is read
    from the request. `languages` are those installed,
    `profile_fields` the custom fields of profiles. Times are seconds. `rest` and
    `soap` say whether the protocol is switched on.
    """

    name: str = "Practice Moodle"
    url: str = ""
    release: str = "4.5.6 (Build: 20250811)"
    version: str = "2024100706"
    profile_fields: tuple[str, ...] = ("organisation",)
    languages: tuple[str, ...] = ("en", "nl", "fr", "es", "pt")
    max_editing_time: int = 1800
    max_upload_bytes: int = 52_428_800
    rest: bool = True
    soap: bool = True


@dataclass(slots=True, kw_only=True)
class Call:
    """Who calls, when, with which settings; what a function works on.

    `raw` asks for texts as they are stored, `fileurl` for links instead of
    @@PLUGINFILE@@. `functions` holds every function this site knows.
    """

    site: SiteSettings
    url: str
    state: PracticeState
    user: User
    token: Token
    now: int
    functions: Mapping[str, Function]
    raw: bool = False
    fileurl: bool = True
    lang: str = ""
    viewers: dict[int, Viewer] = field(default_factory=dict)

    def viewer(self, courseid: int) -> Viewer:
        """Return the caller's rights in a course, looked up once a call."""
        found = self.viewers.get(courseid)
        if found is None:
            found = viewer(self.state, self.user, courseid, self.now)
            self.viewers[courseid] = found
        return found

    def enter(self, courseid: int) -> Viewer:
        """Return the caller's rights in a course or refuse at its door."""
        found = self.viewer(courseid)
        if not found.may_enter:
            raise not_enrolled()
        return found

    def serves(self, function: str) -> bool:
        """Tell whether the token's service contains a function."""
        found = self.functions.get(function)
        if found is None:
            return False
        if self.token.functions is None:
            # Such a one must be asked for by name, or SOAP would never work.
            return not found.spoils_soap
        return function in self.token.functions


Arguments = Mapping[str, Any]
Run = Callable[[Call, Arguments], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One web service function: its name, its parameters, and what it does.

    `run` takes the call and the checked arguments and returns what becomes the JSON
    answer, made anew each time; it raises `Refusal`, and then has changed nothing.
    `returns` is the shape of the answer as far as SOAP must know it, None for a void
    function. `writes` says whether it changes the state. `typed` are the parameters
    of which PHP itself wants their type: a null is an error there, and SOAP makes one
    of everything that was left out.
    """

    name: str
    parameters: Record
    run: Run
    returns: Returned | None = None
    writes: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def spoils_soap(self) -> bool:
        """Tell whether no service that contains it can be described for SOAP."""
        fields = self.parameters.fields.values()
        return any(field.presence is Presence.OPTIONAL for field in fields)
