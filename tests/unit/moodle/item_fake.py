"""A function of a list, as Moodle has them: all-or-nothing, and short of words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.moodle.items import ItemWrite

from .fakes import FakeTransport, refused

FUNCTION = "core_group_add_group_members"


@dataclass
class AllOrNothing:
    """Takes numbers; a bad one spoils its call, and `raises` breaks on one."""

    transport: FakeTransport
    bad: frozenset[int] = frozenset()
    raises: dict[int, RemoteError] = field(default_factory=dict)
    written: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.transport.functions[FUNCTION] = self

    def __call__(self, arguments: Mapping[str, Any]) -> None:
        numbers = [row["number"] for row in arguments["members"]]
        for number in numbers:
            if number in self.raises:
                raise self.raises[number]
        if self.bad & set(numbers):
            raise refused("invalidparameter")
        self.written += numbers

    @property
    def sizes(self) -> list[int]:
        """How many items each call held."""
        return [len(given["members"]) for _, given in self.transport.calls]


def numbers_write(**more: Any) -> ItemWrite[int]:
    return ItemWrite(
        function=FUNCTION,
        argument="members",
        row=lambda number: {"number": number},
        **more,
    )


AWAY = Transient("the site is away", code="503", concerns_all=True)
LOST = InDoubt("the answer was empty")
NO_TOKEN = Permanent("no such token", code="invalidtoken", concerns_all=True)
