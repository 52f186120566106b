"""`moodle-bridge intake propose`: a mapping for a new form, to be looked through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mappings.intake.channels import channel_named
from mappings.intake.fields import Subject
from mappings.intake.folding import folded_words
from mappings.intake.presets import preset_names
from mappings.intake.problems import shown
from mappings.intake.proposing import Proposal, proposed
from sync.bridge import Bridge
from sync.cli.result import Result
from sync.intake import intake_named, opened
from sync.settings.written import written

if TYPE_CHECKING:
    from moodle_bridge.model.intake import Form, Question
    from sync.cli.invocation import Invocation

_FEW = 12


def propose(invocation: Invocation, *, name: str | None) -> Result:
    """Print a ready [intake.questions] for a form; nothing is written."""
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        settings = intake_named(bridge.settings, name)
        with opened(bridge, settings) as source:
            form = source.read()
    found = proposed(form)
    used = {one.question.key for one in found}
    rest = [one for one in form.questions if one.key not in used]
    return Result(
        parts=[
            f"# Put this under [[intake]] {settings.name}, and look at each line first.",
            "# Questions that are not named there are not kept.",
            "\n".join(_block(found)),
            *_choices(form, found),
            *_unused(rest),
            f"# Ready mappings, for preset = ...: {', '.join(preset_names())}",
        ],
        data={
            "form": form.name,
            "proposals": [
                {
                    "field": one.subject.value,
                    "key": one.question.key,
                    "question": one.question.text,
                    "confidence": one.confidence,
                }
                for one in found
            ],
            "unused": [{"key": one.key, "question": one.text} for one in rest],
            "presets": list(preset_names()),
        },
    )


def _block(found: Sequence[Proposal]) -> Iterator[str]:
    yield "[intake.questions]"
    for one in found:
        question = one.question
        said = "" if question.key == question.text else f": {shown(question.text)}"
        line = f"{one.subject.value} = {written(question.key)}"
        yield f"{line}  # {one.confidence:.0%} sure{said}"


def _choices(form: Form, found: Sequence[Proposal]) -> Iterator[str]:
    """Give a table of choices for the channel, where its answers are few."""
    asked = next((one for one in found if one.subject is Subject.CHANNEL), None)
    answers = [] if asked is None else _answers(form, asked.question)
    if not 0 < len(answers) <= _FEW:
        return
    yield "\n[intake.choices.channel]"
    for answer in answers:
        channel = channel_named(answer)
        if channel is None:
            yield f'# {written(answer)} = ""  # each, digest, bundle or moodle'
        else:
            every = " weekly" if channel.every.value == "weekly" else ""
            yield f"{written(answer)} = {written(f'{channel.kind.value}{every}')}"


def _answers(form: Form, question: Question) -> list[str]:
    if question.choices:
        return list(question.choices.values())
    said: dict[str, str] = {}
    for entry in form.entries:
        answer = entry.answers.get(question.key, ())
        for one in (answer,) if isinstance(answer, str) else answer:
            said.setdefault(folded_words(one), one)
    return [one for key, one in said.items() if key]


def _unused(questions: Sequence[Question]) -> Iterator[str]:
    if questions:
        yield "\n# Questions that are not used:"
        for one in questions:
            said = "" if one.key == one.text else f": {shown(one.text)}"
            yield f"#   {written(one.key)}{said}"
