"""Absences, swaps and overrides, laid over shifts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from moodle_bridge.model.rota import DutyRole, Layer, LayerKind, Shift

_ORDER = (LayerKind.OVERRIDE, LayerKind.SWAP, LayerKind.ABSENCE)
"""What comes later wins over what comes before."""


def layered(shifts: Iterable[Shift], layers: Sequence[Layer]) -> list[Shift]:
    """Return the shifts as the layers change them, in no particular order.

    Of two layers of one kind the one that stands later wins.
    """
    found = list(shifts)
    for kind in _ORDER:
        for layer in layers:
            if layer.kind is kind:
                found = list(_under(found, layer))
    return found


def _under(shifts: list[Shift], layer: Layer) -> Iterator[Shift]:
    beside = layer.person is None
    for shift in shifts:
        if beside or not _concerns(layer, shift):
            yield shift
            continue
        if shift.start < layer.start:
            yield replace(shift, end=layer.start)
        if layer.takes_over is not None:
            yield replace(
                shift,
                start=max(shift.start, layer.start),
                end=min(shift.end, layer.end),
                person=layer.takes_over,
                why=layer.key,
            )
        if shift.end > layer.end:
            yield replace(shift, start=layer.end)
    if beside and layer.takes_over is not None and layer.start < layer.end:
        yield Shift(
            start=layer.start,
            end=layer.end,
            person=layer.takes_over,
            role=layer.role or DutyRole.PRIMARY,
            why=layer.key,
        )


def _concerns(layer: Layer, shift: Shift) -> bool:
    return (
        shift.person == layer.person
        and (layer.role is None or layer.role is shift.role)
        and shift.start < layer.end
        and layer.start < shift.end
    )
