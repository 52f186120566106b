from __future__ import annotations

from pathlib import Path

import pytest

from mappings.intake.fields import AnswerKind, Asked, DateOrder
from moodle_bridge.errors import ConfigError
from sync.settings import Settings, open_settings

ENVIRON = {"MOODLE_TOKEN": "0123456789abcdef0123456789abcdef"}
INTAKE = """
[[intake]]
name = "sm25"
course = ["SM25", 7]

[intake.source]
plugin = "csv"
path = "form.csv"
"""


def opened(folder: Path, more: str) -> Settings:
    path = folder / "bridge.toml"
    path.write_text(path.read_text("utf-8") + INTAKE + more, encoding="utf-8")
    return open_settings(path, environ=ENVIRON)[0]


def problems(folder: Path, more: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        opened(folder, more)
    return {one.where: one.what for one in caught.value.problems}


def test_a_form_has_its_source_and_its_defaults(folder: Path) -> None:
    settings = opened(folder, "")

    (form,) = settings.intakes
    assert settings.intake("sm25") is form
    assert settings.intake("other") is None
    assert form.course == ("SM25", 7)
    assert form.source.plugin == "csv"
    assert dict(form.source.settings)["path"] == folder / "form.csv"
    assert (form.duplicates, form.auto_apply) == ("ask", None)
    assert form.limits.create == 100
    assert form.questions.email is None


def test_a_question_is_a_text_a_list_or_a_table(folder: Path) -> None:
    form = opened(
        folder,
        """
[intake.questions]
email = "E-mail"
name = ["First", "Last"]
consent = { question = "Agree?", yes = ["I do"], text = "Our rules" }
[intake.custom_fields]
birthday = { question = "Born", kind = "date", order = "mdy" }
[intake.choices.channel]
"Each one" = "each"
[intake.auto_apply]
create = 5
""",
    ).intakes[0]

    assert form.questions.email == Asked(questions=("E-mail",))
    assert form.questions.name == Asked(questions=("First", "Last"))
    assert form.questions.consent == Asked(
        questions=("Agree?",), yes=("I do",), text="Our rules"
    )
    assert form.custom_fields["birthday"] == Asked(
        questions=("Born",), kind=AnswerKind.DATE, order=DateOrder.MONTH_FIRST
    )
    assert form.choices == {"channel": {"Each one": "each"}}
    assert form.auto_apply is not None
    assert (form.auto_apply.create, form.auto_apply.suspend) == (5, 0)


def test_everything_that_is_wrong_is_told_with_its_place(folder: Path) -> None:
    found = problems(
        folder,
        """
[intake.questions]
emial = "E-mail"
email = { question = "E-mail", yse = ["Yes"] }
name = ""
phone = []
hour = { question = "Hour", kind = "clock" }
[intake.choices.colour]
red = "blue"
[[intake]]
name = "sm25"
course = []
pair = "nowhere"
phone_country = "mz"
source = { plugin = "cvs" }
""",
    )

    assert found["[[intake]] 1 → questions.emial"] == "there is no such key"
    assert "no key 'yse'" in found["[[intake]] 1 → questions.email"]
    assert "text in quotes" in found["[[intake]] 1 → questions.name"]
    assert "must name a question" in found["[[intake]] 1 → questions.phone"]
    assert "kind must be one of: text" in found["[[intake]] 1 → questions.hour"]
    assert "no field 'colour'" in found["[[intake]] 1 → choices"]
    assert found["[[intake]] 2 → name"] == "[[intake]] 1 has this name too"
    assert found["[[intake]] 2 → course"] == "must name a course"
    assert "no [[pair]]" in found["[[intake]] 2 → pair"]
    assert "two capital letters" in found["[[intake]] 2 → phone_country"]
    assert "no plug-in 'cvs'" in found["[[intake]] 2 → source.plugin"]
