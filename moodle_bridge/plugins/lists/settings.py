"""What an admin says about a mailing list."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_ADDRESS = re.compile(r"[^\s<>@,;\x00-\x1f\x7f]+@[^\s<>@,;\x00-\x1f\x7f]+")


def is_address(text: str) -> bool:
    """Return whether a text is one bare address, fit for a header and an envelope."""
    return _ADDRESS.fullmatch(text) is not None


def _checked_address(text: str) -> str:
    if not is_address(text):
        raise ValueError("this is not an e-mail address (name@host)")
    return text


def _checked_list_id(text: str) -> str:
    bare = text.strip().removeprefix("<").removesuffix(">")
    if not re.fullmatch(r"[^\s<>@\x00-\x1f\x7f]{1,255}", bare):
        raise ValueError(
            "a List-Id is a name like forum.example.org, without @ (RFC 2919)"
        )
    return bare


Address = Annotated[str, AfterValidator(_checked_address)]
ListId = Annotated[str, AfterValidator(_checked_list_id)]


class ListSettings(BaseModel):
    """What every list has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Address = Field(
        description="Where members write to.", examples=["list@example.org"]
    )
    name: str = Field(
        min_length=1, description="What people call the list.", examples=["SM25"]
    )
    list_id: ListId | None = Field(
        default=None,
        description="What stands in the List-Id of its mails; that which lists make of"
        " their address (list.example.org) when left out.",
        examples=["list.example.org"],
    )
    aliases: tuple[Address, ...] = Field(
        default=(),
        description="Further addresses that lead to the same place.",
        examples=[["old-list@example.org"]],
    )

    def addresses(self) -> tuple[str, ...]:
        """Return the posting address and its aliases, each once."""
        return tuple(dict.fromkeys((self.address, *self.aliases)))
