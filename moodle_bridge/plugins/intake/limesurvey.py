"""A survey in LimeSurvey, read through its RemoteControl 2."""

from __future__ import annotations

import binascii
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter
from zope.interface import implementer

from moodle_bridge.errors import ConfigError, Permanent, RemoteError, Transient
from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import Form
from moodle_bridge.plugins.intake.entries import oldest_first
from moodle_bridge.plugins.intake.limesurvey_answers import (
    LimeQuestion,
    lime_entry,
    lime_questions,
)
from moodle_bridge.plugins.intake.web import (
    FormHost,
    HttpsAddress,
    cut_short,
    understood,
)
from moodle_bridge.plugins.zones import Zone
from moodle_bridge.runtime import Sleep, sleep

if TYPE_CHECKING:
    from citric import Client

_EMPTY = "could not get max id"
_BUSY = "login attempts"


class LimeSurveyIntakeSettings(BaseModel):
    """Which survey on which server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: HttpsAddress = Field(
        description="Where RemoteControl answers: the address of LimeSurvey with"
        " /index.php/admin/remotecontrol.",
        examples=["https://survey.example.org/index.php/admin/remotecontrol"],
    )
    survey: int = Field(ge=1, description="The number of the survey.")
    username: str = Field(
        min_length=1,
        description="The login of an account that may read the responses.",
        examples=["bridge"],
    )
    password: SecretStr = Field(
        description="Its password: where it is to be found.",
        examples=[{"env": "LIMESURVEY_PASSWORD"}],
    )
    language: str | None = Field(
        default=None,
        description="Of a survey in several languages: whose words the questions have."
        " The survey's own when left out.",
        examples=["fr"],
    )
    zone: Zone = Field(
        default="UTC", description="The zone of the server: its times are in it."
    )


class _Answers(BaseModel):
    responses: list[dict[str, Any]]


# What the library comes to where an answer has not the form that it takes for granted.
_STUMBLES = (AttributeError, LookupError, RecursionError, TypeError)
_QUESTIONS, _ANSWERS = TypeAdapter(list[LimeQuestion]), TypeAdapter(_Answers)


@implementer(IIntakeSource)
class LimeSurveyIntake:
    """See `IIntakeSource`.

    Questions are known by their code, with that of the sub-question in brackets;
    entries by their response id. What was begun and not sent is incomplete. Responses
    that were deleted are not there.
    """

    stable_keys = True

    def __init__(
        self, settings: LimeSurveyIntakeSettings, *, pause: Sleep = sleep
    ) -> None:
        self._settings = settings
        self._pause = pause
        self.name = f"LimeSurvey survey {settings.survey}"

    def probe(self) -> None:
        """See `IIntakeSource`."""
        with self._let_in() as client:
            self._asked(client)

    def read(self) -> Form:
        """See `IIntakeSource`."""
        settings = self._settings
        with self._let_in() as client:
            asked = self._asked(client)
            questions = tuple(lime_questions(asked))
            rows = self._rows(client)
        return Form(
            name=self.name,
            questions=questions,
            entries=oldest_first(
                lime_entry(row, asked, zone=settings.zone, item=self.name)
                for row in rows
            ),
        )

    def close(self) -> None:
        """See `IIntakeSource`; between two readings nothing is open."""

    @contextmanager
    def _let_in(self) -> Iterator[Client]:
        try:
            # Imported late: only who keeps a form in LimeSurvey needs it.
            from citric import Client  # noqa: PLC0415
            from citric.exceptions import (  # noqa: PLC0415
                LimeSurveyError,
                ResponseMismatchError,
            )
        except ImportError:
            raise ConfigError(
                "LimeSurvey needs a library that is not installed",
                item=self.name,
                advice='Install it: pip install "moodle-bridge[limesurvey]".',
            ) from None
        settings = self._settings
        password = settings.password.get_secret_value()
        with FormHost(self.name, pause=self._pause) as host:
            # The session's key stands in the body of every request.
            host.guarded = True
            try:
                client = Client(
                    settings.url, settings.username, password, requests_session=host
                )
                try:
                    yield client
                finally:
                    # The key ends by itself in two hours.
                    with suppress(
                        RemoteError, LimeSurveyError, ResponseMismatchError, *_STUMBLES
                    ):
                        client.close()
            except (ResponseMismatchError, *_STUMBLES):
                # JSON, and not that of a remote call.
                alien = LimeSurveyError("something that is not LimeSurvey")
                raise self._refused(alien) from None
            except LimeSurveyError as error:
                raise self._refused(error) from None

    def _asked(self, client: Client) -> list[LimeQuestion]:
        settings = self._settings
        listed = client.list_questions(settings.survey, language=settings.language)
        asked = understood(_QUESTIONS, listed, item=self.name)
        return [
            each.model_copy(update={"options": self._options(client, each)})
            if each.has_options
            else each
            for each in asked
        ]

    def _options(self, client: Client, question: LimeQuestion) -> dict[str, str]:
        found: Any = client.get_question_properties(
            question.id,
            settings=["answeroptions"],
            language=self._settings.language,
        )
        options = found.get("answeroptions")
        # A question without any says so in a sentence.
        if not isinstance(options, dict):
            return {}
        return {str(code): str(one.get("answer", "")) for code, one in options.items()}

    def _rows(self, client: Client) -> list[dict[str, Any]]:
        from citric.exceptions import LimeSurveyStatusError  # noqa: PLC0415

        settings = self._settings
        try:
            content = client.export_responses(
                settings.survey,
                file_format="json",
                language=settings.language,
                completion_status="all",
                heading_type="code",
                response_type="short",
            )
            answer = json.loads(content)
        except LimeSurveyStatusError as error:
            # So it says that nobody has answered yet.
            if _EMPTY in str(error):
                return []
            raise
        except (binascii.Error, ValueError, TypeError, RecursionError):
            raise cut_short(self.name) from None
        rows = understood(_ANSWERS, answer, item=self.name).responses
        # Older servers wrap each row into an object with its id.
        return [
            next(iter(row.values()))
            if len(row) == 1 and isinstance(next(iter(row.values())), dict)
            else row
            for row in rows
        ]

    def _refused(self, error: Exception) -> RemoteError:
        said = str(error)
        if _BUSY in said:
            return Transient(
                "lets nobody in for a while, after too many wrong logins",
                item=self.name,
                advice="Look at login and password, and wait some minutes.",
            )
        return Permanent(
            f"says: {said[:200]}",
            item=self.name,
            advice="Look at the number of the survey, whether it is active, whether"
            " the account may read its responses, and whether JSON-RPC is switched on"
            " (Configuration > Global settings > Interfaces).",
        )
