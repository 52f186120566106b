"""The section [welcome]: what somebody new is told by mail."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from sync.settings.base import Section
from sync.settings.values import Address, web_address


class WelcomeSettings(Section):
    """The welcome mail of people who come from an intake form.

    It is written in the language of each; [[intake]] `welcome` says whether it is sent
    at all.
    """

    page: str | None = Field(
        default=None,
        description="The address of a page that tells participants how to take part"
        " by mail. Ready-made pages in five languages come with the documentation.",
        examples=["https://learn.example.org/by-mail"],
    )
    ask: Address | None = Field(
        default=None,
        description="Whom people ask for help. Stands in the mail; not said when left"
        " out.",
        examples=["facilitators@example.org"],
    )
    answers: Literal["course", "ask"] = Field(
        default="course",
        description="Where an answer to the welcome itself goes. course: it begins a"
        " discussion in the forum, and the mail says that everybody reads it. ask: it"
        " goes to `ask` alone.",
    )
    templates: Path | None = Field(
        default=None,
        description="A folder with words of your own: welcome-LANGUAGE.txt, such as"
        " welcome-fr.txt. Languages without such a file have ours. `moodle-bridge"
        " check` looks through them.",
        examples=["templates"],
    )

    @field_validator("page")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        web_address(url)
        if not url.isascii():
            raise ValueError("must be a full address that begins with https://")
        return url

    @model_validator(mode="after")
    def _somebody_to_ask(self) -> Self:
        if self.answers == "ask" and self.ask is None:
            raise ValueError('answers = "ask" needs ask: the address that they go to')
        return self
