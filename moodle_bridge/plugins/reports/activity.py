"""The activity of a course in which a report is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.errors import Permanent

if TYPE_CHECKING:
    from moodle_bridge.moodle.course_modules import CourseModule

_WORDS = {"forum": "forum", "wiki": "wiki", "data": "database activity"}
_NONE = frozenset({"invalidrecordunknown", "invalidrecord", "invalidcoursemodule"})


def the_activity(moodle: Any, kind: str, cmid: int, item: str) -> CourseModule:
    """Return the activity of this number; `kind` is Moodle's word for what it is.

    Raises Permanent, with what to do, when it is not there, closed, or another thing.
    """
    word = _WORDS[kind]
    where = f"The number stands in the address of the {word}: mod/{kind}/view.php?id="
    try:
        found: CourseModule = moodle.course_modules.by_cmid(cmid)
    except Permanent as error:
        if error.code in _NONE:
            raise Permanent(
                f"there is no activity {cmid} on the site",
                item=item,
                code=error.code,
                advice=where,
            ) from error
        raise
    if found.kind != kind:
        raise Permanent(
            f"activity {cmid} ({found.name}) is no {word}", item=item, advice=where
        )
    return found
