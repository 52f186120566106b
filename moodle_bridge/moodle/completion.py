"""Which activities of a course somebody completed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import RemoteError
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forum_shapes import Seconds
from moodle_bridge.moodle.functions import COMPLETION_STATUS
from moodle_bridge.runtime import from_unix


class State(IntEnum):
    """How far somebody is with an activity."""

    INCOMPLETE = 0
    COMPLETE = 1
    PASSED = 2
    FAILED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCompletion:
    """An activity that has completion tracking; `completed` None while it is not."""

    cmid: int
    kind: str
    state: State
    completed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCompletion:
    """What a user completed, or why that could not be read."""

    user_id: int
    activities: tuple[ActivityCompletion, ...] = ()
    error: RemoteError | None = None


class _Status(BaseModel):
    cmid: int
    modname: str
    state: int
    timecompleted: Seconds


class _Statuses(BaseModel):
    statuses: list[_Status]


_STATUSES = TypeAdapter(_Statuses)
_STATES = {state.value: state for state in State}


class Completion:
    """Completion of activities."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def of_users(
        self, course_id: int, user_ids: Iterable[int]
    ) -> Iterator[UserCompletion]:
        """Yield what each user completed in a course, in order, as it comes.

        Activities without completion are not told. Who cannot be read (not enrolled)
        yields the error and does not stop the others.
        `core_completion_get_activities_completion_status`, about 25 users a request.
        """
        asked: list[int] = []

        def calls() -> Iterator[Call]:
            for user_id in user_ids:
                asked.append(user_id)
                yield Call(
                    function=COMPLETION_STATUS,
                    arguments={"courseid": course_id, "userid": user_id},
                    shape=_STATUSES,
                    rows=20,
                )

        for result in self._client.stream(calls()):
            user_id = asked.pop(0)
            if isinstance(result, RemoteError):
                yield UserCompletion(user_id=user_id, error=result)
                continue
            rows: list[_Status] = result.value.statuses
            yield UserCompletion(
                user_id=user_id, activities=tuple(_told(row) for row in rows)
            )


def _told(row: _Status) -> ActivityCompletion:
    state = _STATES.get(row.state, State.INCOMPLETE)
    return ActivityCompletion(
        cmid=row.cmid,
        kind=row.modname,
        state=state,
        completed=from_unix(row.timecompleted)
        if row.timecompleted and state is not State.INCOMPLETE
        else None,
    )
