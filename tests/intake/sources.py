"""Sources that read a form from a host on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from moodle_bridge.plugins.intake.google_forms import (
    GoogleFormsIntake,
    GoogleFormsIntakeSettings,
)
from moodle_bridge.plugins.intake.kobo import KoboIntake, KoboIntakeSettings
from moodle_bridge.plugins.intake.limesurvey import (
    LimeSurveyIntake,
    LimeSurveyIntakeSettings,
)
from moodle_bridge.plugins.intake.odk import OdkIntake, OdkIntakeSettings
from moodle_bridge.plugins.intake.typeform import TypeformIntake, TypeformIntakeSettings
from tests.intake.hosts import PASSWORD, TOKEN, FormServer


class Waits(list[float]):
    """Keeps how long was to be waited, and waits for nothing."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def kobo_source(
    host: FormServer, pause: Waits | None = None, **more: Any
) -> KoboIntake:
    given = {"url": host.url, "form": "form1", "token": TOKEN} | more
    return KoboIntake(
        KoboIntakeSettings.model_validate(given),
        pause=Waits() if pause is None else pause,
    )


def odk_source(host: FormServer, pause: Waits | None = None, **more: Any) -> OdkIntake:
    given = {
        "url": host.url,
        "project": 3,
        "form": "intake",
        "email": "bridge@example.org",
        "password": PASSWORD,
    } | more
    return OdkIntake(
        OdkIntakeSettings.model_validate(given),
        pause=Waits() if pause is None else pause,
    )


def google_key(folder: Path, host: FormServer) -> Path:
    """Write a service account's key as Google gives it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    path = folder / "google-key.json"
    path.write_text(
        json.dumps(
            {
                "type": "service_account",
                "project_id": "p",
                "private_key_id": "k1",
                "private_key": text,
                "client_email": "bridge@p.iam.gserviceaccount.com",
                "token_uri": f"{host.url}/token",
            }
        )
    )
    return path


def google_source(
    host: FormServer, key: Path, pause: Waits | None = None, **more: Any
) -> GoogleFormsIntake:
    given = {"url": host.url, "form": "1FAIpQL", "key_file": key} | more
    return GoogleFormsIntake(
        GoogleFormsIntakeSettings.model_validate(given),
        pause=Waits() if pause is None else pause,
    )


def limesurvey_source(
    host: FormServer, pause: Waits | None = None, **more: Any
) -> LimeSurveyIntake:
    given = {
        "url": f"{host.url}/index.php/admin/remotecontrol",
        "survey": 123456,
        "username": "bridge",
        "password": PASSWORD,
    } | more
    return LimeSurveyIntake(
        LimeSurveyIntakeSettings.model_validate(given),
        pause=Waits() if pause is None else pause,
    )


def typeform_source(
    host: FormServer, pause: Waits | None = None, **more: Any
) -> TypeformIntake:
    given = {"url": host.url, "form": "u6nXL7", "token": TOKEN} | more
    return TypeformIntake(
        TypeformIntakeSettings.model_validate(given),
        pause=Waits() if pause is None else pause,
    )
