"""A small form with choices, for what happens to single entries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.intake.plain_form import PlainEntry, PlainForm, PlainQuestion

SENT = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
NAME = PlainQuestion(key="name", text="Your name")
WAY = PlainQuestion(
    key="way",
    text="How do you take part?",
    kind="one",
    choices={"mail": "By mail", "site": "On the site"},
)
CROPS = PlainQuestion(
    key="crops",
    text="What do you grow?",
    kind="several",
    choices={"maize": "Maize", "beans": "Beans", "rice": "Rice"},
)


def small_form(people: int = 3) -> PlainForm:
    """Return a form that so many people filled in."""
    return PlainForm(
        name="Small",
        questions=(NAME, WAY, CROPS),
        entries=tuple(
            PlainEntry(
                number=number,
                submitted=SENT + timedelta(minutes=number),
                answers={
                    "name": f"Person {number}",
                    "way": "mail",
                    "crops": ("maize", "rice"),
                },
            )
            for number in range(1, people + 1)
        ),
    )
