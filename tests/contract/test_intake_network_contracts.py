"""Every intake source over the network keeps its contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moodle_bridge.plugins.intake.google_forms import GoogleFormsIntake
from moodle_bridge.plugins.intake.kobo import KoboIntake
from moodle_bridge.plugins.intake.limesurvey import LimeSurveyIntake
from moodle_bridge.plugins.intake.moodle_feedback import MoodleFeedbackIntake
from moodle_bridge.plugins.intake.odk import OdkIntake
from moodle_bridge.plugins.intake.typeform import TypeformIntake
from moodle_bridge.plugins.intake.typeform_files import (
    TypeformFilesIntake,
    TypeformFilesIntakeSettings,
)
from moodle_bridge.testing import IntakeSourceContract
from moodle_bridge.testing.intake_source import ANSWERS, QUESTIONS
from tests.intake import exporters
from tests.intake.feedback_site import feedback_site, feedback_source
from tests.intake.hosts import Google, Kobo, LimeSurvey, Odk, Typeform, served
from tests.intake.plain_form import PlainEntry, PlainForm, PlainQuestion
from tests.intake.signed import typeform_files
from tests.intake.sources import (
    google_key,
    google_source,
    kobo_source,
    limesurvey_source,
    odk_source,
    typeform_source,
)

KEYS = ("name", "address", "country")
SENT = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
FORM = PlainForm(
    name="Seed schools",
    questions=tuple(
        PlainQuestion(key=key, text=text)
        for key, text in zip(KEYS, QUESTIONS, strict=True)
    ),
    entries=tuple(
        PlainEntry(
            number=number,
            submitted=SENT + timedelta(hours=number),
            answers={key: given for key, given in zip(KEYS, row, strict=True) if given},
        )
        for number, row in enumerate(ANSWERS, 1)
    ),
)


class TestKoboIntake(IntakeSourceContract):
    plugin = "kobo"

    @pytest.fixture(params=[1000, 2])
    def intake_source(self, request: pytest.FixtureRequest) -> Iterator[KoboIntake]:
        asset, rows = exporters.kobo(FORM)
        with served(Kobo(asset, rows, most=request.param)) as host:
            source = kobo_source(host)
            yield source
            source.close()


class TestOdkIntake(IntakeSourceContract):
    plugin = "odk"

    @pytest.fixture(params=[10_000, 1])
    def intake_source(self, request: pytest.FixtureRequest) -> Iterator[OdkIntake]:
        with served(Odk(*exporters.odk(FORM), most=request.param)) as host:
            yield odk_source(host)


class TestGoogleFormsIntake(IntakeSourceContract):
    plugin = "google-forms"

    @pytest.fixture(params=[5000, 2])
    def intake_source(
        self, request: pytest.FixtureRequest, tmp_path: Path
    ) -> Iterator[GoogleFormsIntake]:
        form, responses = exporters.google_forms(FORM)
        with served(Google(form, responses, most=request.param)) as host:
            yield google_source(host, google_key(tmp_path, host))


class TestLimeSurveyIntake(IntakeSourceContract):
    plugin = "limesurvey"

    @pytest.fixture(params=[False, True])
    def intake_source(
        self, request: pytest.FixtureRequest
    ) -> Iterator[LimeSurveyIntake]:
        given = exporters.limesurvey(FORM, "UTC")
        with served(LimeSurvey(*given, wrapped=request.param)) as host:
            yield limesurvey_source(host)


class TestTypeformIntake(IntakeSourceContract):
    plugin = "typeform"

    @pytest.fixture
    def intake_source(self) -> Iterator[TypeformIntake]:
        with served(Typeform(*exporters.typeform(FORM))) as host:
            source = typeform_source(host)
            yield source
            source.close()


class TestTypeformFilesIntake(IntakeSourceContract):
    plugin = "typeform-files"

    @pytest.fixture
    def intake_source(self, tmp_path: Path) -> TypeformFilesIntake:
        settings = {
            "folder": typeform_files(tmp_path, FORM, "shared"),
            "secret": "shared",
        }
        return TypeformFilesIntake(TypeformFilesIntakeSettings.model_validate(settings))


class TestMoodleFeedbackIntake(IntakeSourceContract):
    plugin = "moodle-feedback"

    @pytest.fixture
    def intake_source(self) -> Iterator[MoodleFeedbackIntake]:
        site, feedback = feedback_site(FORM)
        with feedback_source(site, feedback.name) as source:
            yield source
