"""What Typeform's webhook sent, kept as files with their signatures."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import Entry, Form, Question
from moodle_bridge.plugins.intake.entries import oldest_first
from moodle_bridge.plugins.intake.files import content_of
from moodle_bridge.plugins.intake.typeform_answers import (
    TypeformField,
    TypeformResponse,
    typeform_entry,
    typeform_questions,
)
from moodle_bridge.plugins.intake.web import understood

_BODIES = "*.json"
_SIGNATURE = ".signature"
_METHOD = "sha256="


class TypeformFilesIntakeSettings(BaseModel):
    """Which folder, and by what its files are known to be genuine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(
        description="The folder. Of each delivery it holds the body, byte for byte, as"
        " NAME.json, and the header Typeform-Signature as NAME.json.signature.",
        examples=["typeform"],
    )
    secret: SecretStr = Field(
        description="The secret that is set at the webhook in Typeform: where it is to"
        " be found.",
        examples=[{"env": "TYPEFORM_SECRET"}],
    )


class _Definition(BaseModel):
    title: str = ""
    fields: list[TypeformField] = Field(default_factory=list)
    hidden: list[str] = Field(default_factory=list)


class _Delivered(TypeformResponse):
    form_id: str
    definition: _Definition = Field(default_factory=_Definition)


class _Event(BaseModel):
    event_type: str
    form_response: _Delivered


_EVENT = TypeAdapter(_Event)


@implementer(IIntakeSource)
class TypeformFilesIntake:
    """See `IIntakeSource`.

    A body without a signature, or with a wrong one, stops the reading: it is not known
    who wrote it. Typeform delivers again what it is not sure of; such a copy counts
    once. What is deleted in Typeform stays here.
    """

    stable_keys = True

    def __init__(self, settings: TypeformFilesIntakeSettings) -> None:
        self._settings = settings
        self.name = f"Typeform files in {settings.folder.name}"

    def read(self) -> Form:
        """See `IIntakeSource`."""
        folder = self._settings.folder
        if not folder.is_dir():
            raise Permanent(
                "the folder is not there",
                item=self.name,
                advice=f"Look whether {folder} is there and may be read.",
            )
        title = self.name
        forms: set[str] = set()
        questions: dict[str, Question] = {}
        entries: dict[str, Entry] = {}
        events = [self._event(path) for path in sorted(folder.glob(_BODIES))]
        for event in sorted(events, key=lambda each: each.submitted_at or ""):
            forms.add(event.form_id)
            title = event.definition.title or title
            # The words of the last delivery are those of today.
            questions |= {
                each.key: each
                for each in typeform_questions(
                    event.definition.fields,
                    event.definition.hidden or list(event.hidden or {}),
                )
            }
            entry = typeform_entry(event)
            for key in entry.answers:
                questions.setdefault(key, Question(key=key, text=key))
            entries[entry.key] = entry
        if len(forms) > 1:
            raise Permanent(
                f"holds deliveries of several forms: {', '.join(sorted(forms))}",
                item=self.name,
                advice="Keep each form in a folder of its own.",
            )
        return Form(
            name=title,
            questions=tuple(questions.values()),
            entries=oldest_first(entries.values()),
        )

    def close(self) -> None:
        """See `IIntakeSource`."""

    def _event(self, path: Path) -> _Delivered:
        item = f"{self.name}: {path.name}"
        body = content_of(path, item)
        try:
            said = path.with_name(path.name + _SIGNATURE).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            said = ""
        secret = self._settings.secret.get_secret_value().encode()
        digest = hmac.digest(secret, body, hashlib.sha256)
        right = _METHOD + b64encode(digest).decode("ascii")
        if not hmac.compare_digest(said.encode(), right.encode()):
            raise Permanent(
                "its signature is wrong" if said else "it is not signed",
                item=item,
                advice="If the secret in the settings is that of the webhook, somebody"
                " else wrote this file: take it out of the folder.",
            )
        try:
            event: Any = json.loads(body)
        except (ValueError, RecursionError):
            event = None
        return understood(_EVENT, event, item=item).form_response
