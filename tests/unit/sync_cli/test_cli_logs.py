from __future__ import annotations

import logging
from io import StringIO
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from sync.cli.invocation import Invocation, secrets_in
from sync.cli.logs import log_handler


@pytest.mark.parametrize(
    ("logger", "level", "is_written"),
    [
        ("sync.jobs", logging.INFO, True),
        ("urllib3", logging.INFO, False),
        ("urllib3", logging.WARNING, True),
        # It would print the mail itself, and pages of its own insides.
        ("flufl.bounce", logging.ERROR, False),
    ],
)
def test_the_log_holds_our_words_and_the_warnings_of_others(
    tmp_path: Path, logger: str, level: int, is_written: bool
) -> None:
    written = StringIO()
    handler = log_handler(
        Invocation(
            environ={},
            folder=tmp_path,
            home=tmp_path,
            stdout=StringIO(),
            stderr=written,
        )
    )
    record = logging.LogRecord(logger, level, "", 1, "said", None, None)
    handler.handle(record)
    assert ("said" in written.getvalue()) == is_written


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("sending Telegram:987654321 failed", "sending Telegram:*** failed"),
        ("no answer from /bot123456789:Abc_De-9/x", "no answer from /bot***:***/x"),
        ("telegram is busy", "telegram is busy"),
    ],
)
def test_what_makes_an_address_a_secret_is_masked_also_by_itself(
    tmp_path: Path, said: str, written: str
) -> None:
    class Held(BaseModel):
        url: SecretStr

    masked = Invocation(
        environ={},
        folder=tmp_path,
        home=tmp_path,
        stdout=StringIO(),
        stderr=StringIO(),
        _secrets=secrets_in(
            Held(url=SecretStr("tgram://123456789:Abc_De-9/987654321"))
        ),
    )
    assert masked.without_secrets(said) == written
