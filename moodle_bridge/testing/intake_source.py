"""What every intake source must do."""

# ruff: noqa: D102 - a test's name is its sentence

from __future__ import annotations

from datetime import timedelta

from zope.interface.verify import verifyObject

from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import EntryState, Form

QUESTIONS = ("Full name", "Address", "Country")
ANSWERS = (
    ("Amina Okello", "amina@example.org", "Uganda"),
    ("Nguyễn Văn Bảo", "bao@example.org", "Việt Nam"),
    ("عائشة ديوب", "awa@example.org", ""),
)


class IntakeSourceContract:
    """Inherit it for every intake source.

    It needs one fixture, `intake_source`: an `IIntakeSource` whose form asks
    `QUESTIONS` and was answered by three people as `ANSWERS` says, in this order; the
    last of them did not answer the last question.
    """

    interface = IIntakeSource

    plugin: str
    """The name that the plug-in is registered by."""

    def test_it_keeps_the_interface(self, intake_source: IIntakeSource) -> None:
        assert verifyObject(IIntakeSource, intake_source)
        assert intake_source.name
        assert isinstance(intake_source.stable_keys, bool)

    def test_it_gives_each_entry_with_what_was_answered(
        self, intake_source: IIntakeSource
    ) -> None:
        assert _answers(intake_source.read()) == list(ANSWERS)

    def test_a_question_without_an_answer_is_not_there(
        self, intake_source: IIntakeSource
    ) -> None:
        form = intake_source.read()
        country = _key(form, QUESTIONS[2])
        assert [country in entry.answers for entry in form.entries] == [
            True,
            True,
            False,
        ]

    def test_entries_have_keys_of_their_own_and_count(
        self, intake_source: IIntakeSource
    ) -> None:
        entries = intake_source.read().entries
        assert len({entry.key for entry in entries}) == len(entries)
        assert all(entry.key for entry in entries)
        assert {entry.state for entry in entries} == {EntryState.COMPLETE}

    def test_questions_have_keys_of_their_own(
        self, intake_source: IIntakeSource
    ) -> None:
        questions = intake_source.read().questions
        assert len({question.key for question in questions}) == len(questions)

    def test_its_times_are_utc(self, intake_source: IIntakeSource) -> None:
        for entry in intake_source.read().entries:
            for at in (entry.submitted, entry.edited):
                assert at is None or at.utcoffset() == timedelta()

    def test_reading_again_gives_the_same(self, intake_source: IIntakeSource) -> None:
        assert intake_source.read() == intake_source.read()

    def test_closing_may_be_repeated(self, intake_source: IIntakeSource) -> None:
        intake_source.close()
        intake_source.close()


def _key(form: Form, text: str) -> str:
    (key,) = [question.key for question in form.questions if question.text == text]
    return key


def _answers(form: Form) -> list[tuple[object, ...]]:
    keys = [_key(form, text) for text in QUESTIONS]
    return [tuple(entry.answers.get(key, "") for key in keys) for entry in form.entries]
