"""Replays recorded steps over HTTP and says where the answers differ.

A step is `{step, protocol, as, function, arguments, http_status, content_type,
response}`. Ids are mapped as they come, because two sites number differently; what
must be the same is the shape: keys, JSON types, truth values, errorcodes, exception
classes, warning codes, HTTP status and content type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from werkzeug.test import Client

from tests.practice.soap_replay import soap_differences

Step = Mapping[str, Any]

KIND_OF_ARGUMENT = {
    "postid": "post",
    "discussionid": "discussion",
    "forumid": "forum",
    "courseid": "course",
    "courseids": "course",
    "userid": "user",
    "instanceid": "user",
    "groupid": "group",
    "groupids": "group",
    "attachmentsid": "draft",
    "inlineattachmentsid": "draft",
    "touserid": "user",
    "cohortid": "cohort",
    "cohortids": "cohort",
    "eventid": "event",
    "wikiid": "wiki",
    "pageid": "page",
    "databaseid": "database",
    "fieldid": "field",
    "entryid": "entry",
    "feedbackid": "feedback",
}

# Some functions call an id just that.
KIND_OF_ID = {"core_user_update_users": "user"}

LEARNT_FROM = {
    "core_webservice_get_site_info": {"userid": "user"},
    "core_course_get_courses_by_field": {"courses/id": "course"},
    "core_group_get_course_groups": {"id": "group"},
    "core_user_get_users_by_field": {"id": "user"},
    "core_user_get_users": {"users/id": "user"},
    "core_user_create_users": {"id": "user"},
    "core_cohort_create_cohorts": {"id": "cohort"},
    "core_group_create_groups": {"id": "group"},
    "core_calendar_create_calendar_events": {"events/id": "event"},
    "mod_wiki_get_wikis_by_courses": {"wikis/id": "wiki"},
    "mod_wiki_new_page": {"pageid": "page"},
    "mod_data_get_databases_by_courses": {"databases/id": "database"},
    "mod_data_get_fields": {"fields/id": "field"},
    "mod_data_add_entry": {"newentryid": "entry"},
    "mod_feedback_get_feedbacks_by_courses": {"feedbacks/id": "feedback"},
    "mod_feedback_get_items": {"items/id": "item"},
    "core_files_upload": {"itemid": "draft"},
    "mod_forum_add_discussion": {"discussionid": "discussion"},
    "mod_forum_add_discussion_post": {"postid": "post"},
    "mod_forum_get_discussion_posts": {"posts/id": "post"},
    "mod_forum_get_forum_discussions": {
        "discussions/id": "post",
        "discussions/discussion": "discussion",
    },
    "mod_forum_get_forums_by_courses": {"id": "forum"},
    "upload.php": {"itemid": "draft"},
}

# The recording keeps only the first few of these; lengths say nothing.
SHORTENED = {"functions"}


@dataclass
class Replay:
    """Replays steps against one site; `tokens` maps who acts to a token."""

    client: Client
    tokens: Mapping[str, str]
    ids: dict[tuple[str, int], int] = field(default_factory=dict)
    mount: str = ""

    def differences(self, step: Step) -> list[str]:
        """Replay one step and return how its answer differs from the recorded one."""
        if step["protocol"] == "soap":
            return soap_differences(
                step, self.client, self.tokens[f"soap {step['as']}"], self._soap_id
            )
        status, content_type, actual = self._sent(step)
        found = []
        if status != step["http_status"]:
            found.append(f"status {status}, recorded {step['http_status']}")
        if content_type.lower() != step["content_type"].lower():
            found.append(f"type {content_type}, recorded {step['content_type']}")
        recorded = step["response"]
        found += compared(recorded, actual, "")
        if not found:
            self._learn(LEARNT_FROM.get(step["function"], {}), recorded, actual)
        return found

    def _soap_id(self, name: str, number: int) -> int:
        return self.ids.get((KIND_OF_ARGUMENT.get(name, ""), number), number)

    def _sent(self, step: Step) -> tuple[int, str, Any]:
        if step["protocol"] == "upload":
            response = self._uploaded(step)
        elif not step["function"]:
            response = self.client.get(f"{self.mount}/webservice/rest/nowhere.php")
        else:
            response = self._called(step)
        body = response.get_data(as_text=True)
        actual = json.loads(body) if body[:1] in {"{", "["} or body == "null" else body
        return response.status_code, response.content_type, actual

    def _called(self, step: Step) -> Any:
        sent = self._translated(step["arguments"])
        if step["function"] in KIND_OF_ID:
            sent = self._renumbered(sent, KIND_OF_ID[step["function"]])
        form = dict(flattened(sent))
        form |= {
            "wstoken": self.tokens.get(step["as"], "0" * 32),
            "wsfunction": step["function"],
        }
        if "xml" not in step["content_type"]:
            form["moodlewsrestformat"] = "json"
        return self.client.post(f"{self.mount}/webservice/rest/server.php", data=form)

    def _uploaded(self, step: Step) -> Any:
        form: dict[str, Any] = {"token": self.tokens.get(step["as"], "0" * 32)}
        for name, sent in step["arguments"].items():
            file = re.fullmatch(r"(.*) \((\d+) bytes\)", str(sent))
            if file:
                form[name] = (BytesIO(b"x" * int(file[2])), file[1])
            else:
                form[name] = str(sent)
        return self.client.post(f"{self.mount}/webservice/upload.php", data=form)

    def _translated(self, arguments: Any, kind: str = "") -> Any:
        if isinstance(arguments, Mapping):
            if arguments.get("type") == "id":
                return {
                    **arguments,
                    "value": self._translated(arguments["value"], "user"),
                }
            if set(arguments) == {"name", "value"}:
                inner = KIND_OF_ARGUMENT.get(arguments["name"], "")
                return {
                    "name": self._item(arguments["name"]),
                    "value": self._translated(arguments["value"], inner),
                }
            if "function" in arguments and "arguments" in arguments:
                return {**arguments, "arguments": self._inner(arguments["arguments"])}
            return {
                name: self._translated(item, KIND_OF_ARGUMENT.get(name, ""))
                for name, item in arguments.items()
            }
        if isinstance(arguments, list):
            return [self._translated(item, kind) for item in arguments]
        if kind and isinstance(arguments, int) and not isinstance(arguments, bool):
            return self.ids.get((kind, arguments), arguments)
        return arguments

    def _renumbered(self, sent: Any, kind: str) -> Any:
        if isinstance(sent, list):
            return [self._renumbered(item, kind) for item in sent]
        if isinstance(sent, Mapping):
            return {
                name: self.ids.get((kind, item), item)
                if name == "id"
                else self._renumbered(item, kind)
                for name, item in sent.items()
            }
        return sent

    def _item(self, name: str) -> str:
        """Return the name of an answer to a feedback, which ends in its item's id."""
        kind, _, number = name.rpartition("_")
        if not kind or not number.isdigit():
            return name
        return f"{kind}_{self.ids.get(('item', int(number)), number)}"

    def _inner(self, arguments: str) -> str:
        try:
            return json.dumps(self._translated(json.loads(arguments)))
        except ValueError:
            return arguments

    def _learn(self, rules: Mapping[str, str], recorded: Any, actual: Any) -> None:
        for path, kind in rules.items():
            pairs = zip(
                reached(recorded, path.split("/")),
                reached(actual, path.split("/")),
                strict=False,
            )
            for old, new in pairs:
                self.ids[kind, old] = new


def reached(answer: Any, path: list[str]) -> Iterator[int]:
    """Yield what lies at a path; lists are gone through."""
    if isinstance(answer, list):
        for item in answer:
            yield from reached(item, path)
    elif not path:
        if isinstance(answer, int):
            yield answer
    elif isinstance(answer, dict) and path[0] in answer:
        yield from reached(answer[path[0]], path[1:])


def flattened(arguments: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield form fields as PHP reads them: `a[0][b]=v`, 1 and 0 for truth."""
    if isinstance(arguments, Mapping):
        for key, item in arguments.items():
            yield from flattened(item, f"{name}[{key}]" if name else str(key))
    elif isinstance(arguments, list):
        for index, item in enumerate(arguments):
            yield from flattened(item, f"{name}[{index}]")
    elif isinstance(arguments, bool):
        yield name, str(int(arguments))
    elif arguments is not None:
        yield name, str(arguments)


def compared(recorded: Any, actual: Any, path: str) -> list[str]:
    """Return where an answer is shaped differently from the recorded one."""
    if type(recorded) is not type(actual):
        return [f"{path}: {actual!r:.120}, recorded {recorded!r:.120}"]
    if isinstance(recorded, dict):
        return _compared_objects(recorded, actual, path)
    if isinstance(recorded, list):
        name = path.rpartition("/")[2]
        found = []
        if len(recorded) != len(actual) and name not in SHORTENED:
            found.append(f"{path}: {len(actual)} items, recorded {len(recorded)}")
        for index, (old, new) in enumerate(zip(recorded, actual, strict=False)):
            found += compared(old, new, f"{path}/{index}")
        return found
    if isinstance(recorded, bool) and recorded is not actual:
        return [f"{path}: {actual}, recorded {recorded}"]
    return []


EXACT = {"errorcode", "exception", "warningcode"}


def _compared_objects(
    recorded: dict[str, Any], actual: dict[str, Any], path: str
) -> list[str]:
    found = []
    for key in recorded.keys() - actual.keys():
        found.append(f"{path}: {key} is missing")
    for key in actual.keys() - recorded.keys():
        found.append(f"{path}: {key} was not recorded")
    for key in recorded.keys() & actual.keys():
        old, new = recorded[key], actual[key]
        if key in {"data", "exception"} and _is_json(old) and _is_json(new):
            found += compared(json.loads(old), json.loads(new), f"{path}/{key}")
        elif (key in EXACT and old != new) or (
            key == "message" and "replysubject" in recorded and _text(old) != _text(new)
        ):
            found.append(f"{path}/{key}: {new!r}, recorded {old!r}")
        else:
            found += compared(old, new, f"{path}/{key}")
    return found


def _text(message: str) -> str:
    return re.sub(r"\s+", " ", message)


def _is_json(text: Any) -> bool:
    return isinstance(text, str) and text[:1] in {"{", "["}


def replayed(
    replay: Replay,
    steps: Iterable[Step],
    *,
    built: Callable[[Step], bool],
    before: Mapping[str, Callable[[], None]] | None = None,
) -> tuple[list[str], int]:
    """Replay the steps that are built; return all differences and how many ran.

    `before` holds what must happen before a step of that name and was not recorded.
    """
    found, ran = [], 0
    for step in steps:
        act = (before or {}).get(step["step"])
        if act is not None:
            act()
        if built(step):
            ran += 1
            found += [f"{step['step']}: {text}" for text in replay.differences(step)]
    return found, ran
