"""The control path of a practice Moodle in another process: `/practice/...`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from moodle_bridge.practice.faults import Fault, FaultKind

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from moodle_bridge.practice.activity import Activity
    from moodle_bridge.practice.faults import Faults
    from moodle_bridge.practice.state import PracticeState


def control(
    request: Request, path: str, state: PracticeState, faults: Faults, work: Activity
) -> Response | None:
    """Answer a control path, None when there is no such.

    `/practice/faults`: GET shows, POST adds one fault or sets `delay_ms` or `seed`,
    DELETE clears. `/practice/state` dumps. `/practice/idle` waits for quiet.
    """
    match path:
        case "/practice/faults":
            return _faults(request, faults)
        case "/practice/state":
            with state.lock:
                return _json(snapshot(state))
        case "/practice/idle":
            limit = float(request.args.get("timeout", "30"))
            return _json({"idle": work.wait_quiet(limit)})
        case _:
            return None


def _faults(request: Request, faults: Faults) -> Response:
    if request.method == "DELETE":
        faults.clear()
    elif request.method == "POST":
        try:
            _programme(json.loads(request.get_data()), faults)
        except (KeyError, TypeError, ValueError) as problem:
            return _json({"problem": str(problem)}, status=400)
    planned = [asdict(fault) | {"kind": fault.kind.value} for fault in faults.planned()]
    return _json(
        {
            "planned": planned,
            "struck": dict(faults.struck()),
            "delay_ms": faults.delay_ms,
        }
    )


def _programme(wanted: dict[str, Any], faults: Faults) -> None:
    settings = dict(wanted)
    if "seed" in settings:
        faults.reseed(int(settings.pop("seed")))
    if "kind" in settings:
        kind = FaultKind(settings.pop("kind"))
        faults.add(Fault(kind=kind, **settings))
    elif "delay_ms" in settings:
        faults.delay_ms = float(settings["delay_ms"])


def _json(body: object, *, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")


def snapshot(state: PracticeState) -> dict[str, Any]:
    """Return forums, discussions and posts as plain data, for assertions."""
    return {
        "forums": [
            {
                "id": row.id,
                "cmid": row.cmid,
                "course": row.courseid,
                "type": row.type,
                "name": row.name,
            }
            for row in state.forums.values()
        ],
        "discussions": [
            {
                "id": row.id,
                "forum": row.forumid,
                "firstpost": row.firstpost,
                "name": row.name,
                "author": row.userid,
                "group": row.groupid,
                "timemodified": row.timemodified,
                "locked": bool(row.timelocked),
                "pinned": row.pinned,
            }
            for row in state.discussions.values()
        ],
        "posts": [
            {
                "id": row.id,
                "discussion": row.discussionid,
                "parent": row.parent,
                "author": row.userid,
                "subject": row.subject,
                "message": row.shown,
                "created": row.created,
                "modified": row.modified,
                "private": bool(row.privatereplyto),
                "deleted": row.deleted,
            }
            for row in state.posts.values()
        ],
        "removed": list(state.removed),
        "writes": state.writes,
    }
