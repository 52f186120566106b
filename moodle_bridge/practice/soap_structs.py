"""The structures of a SOAP service, numbered in the order Moodle meets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moodle_bridge.practice.parameters import Description, Items, Presence, Value
from moodle_bridge.practice.refusals import Refusal, refused
from moodle_bridge.practice.returns import ARRAY, DOUBLE, INT, STRING, Returned

if TYPE_CHECKING:
    from moodle_bridge.practice.calls import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """One structure with the name its number gives it."""

    name: str
    fields: Mapping[str, str | Numbered]


Type = str | Numbered
"""`int`, `double`, `string`, `array`, or a structure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One function as a SOAP service offers it; `answer` is None for a void one."""

    function: Function
    parts: Mapping[str, Type]
    answer: Type | None


class Service:
    """The functions a token may call, with their structures.

    Names shift whenever a function joins the service, as they do in Moodle.
    """

    def __init__(self, functions: Sequence[Function]) -> None:
        """Describe the functions; raise `Refusal` when one cannot be described."""
        self.structs: list[Numbered] = []
        self.operations = {
            function.name: self._operation(function) for function in functions
        }

    def _operation(self, function: Function) -> Operation:
        parts = {}
        for name, described in function.parameters.fields.items():
            unsound = _unsound(name, described)
            if unsound is not None:
                raise unsound
            parts[name] = self._part(described)
        answer = function.returns
        return Operation(
            function=function,
            parts=parts,
            answer=None if answer is None else self._answer(answer),
        )

    def _part(self, described: Description) -> Type:
        match described:
            case Value():
                return _SCALARS.get(described.type, STRING)
            case Items():
                return ARRAY
            case _:
                return self._numbered(
                    {
                        name: self._part(field)
                        for name, field in described.fields.items()
                    }
                )

    def _answer(self, returned: Returned) -> Type:
        if isinstance(returned, str):
            return returned
        return self._numbered(
            {name: self._answer(inner) for name, inner in returned.items()}
        )

    def _numbered(self, fields: Mapping[str, Type]) -> Numbered:
        # What lies inside was numbered before.
        name = f"webservices_struct_class_{len(self.structs):06d}"
        numbered = Numbered(name=name, fields=fields)
        self.structs.append(numbered)
        return numbered


_SCALARS = {"int": INT, "bool": INT, "float": DOUBLE}


def _unsound(name: str, described: Description) -> Refusal | None:
    """Return what spoils the whole service, if this parameter does."""
    if described.presence is Presence.OPTIONAL:
        return refused(
            "erroroptionalparamarray",
            f"The web service description parameter named '{name}' is a single or "
            "multiple structure. It cannot be set as VALUE_OPTIONAL. Check the web "
            "service description.",
        )
    if (
        described.presence is Presence.DEFAULT
        and not isinstance(described, Value)
        and _filled(described)
    ):
        return refused(
            "errornotemptydefaultparamarray",
            f"The web service description parameter named '{name}' is an single or "
            "multiple structure. The default can be only empty array. Check web "
            "service description.",
        )
    return None


def _filled(described: Description) -> bool:
    default = described.default() if callable(described.default) else described.default
    return default not in ([], {})
