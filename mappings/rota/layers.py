"""Absences, swaps and overrides, laid over shifts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from moodle_bridge.model.rota import DutyRole, Layer, LayerKind, Shift

_ORDER = (LayerKind.OVERRIDE, LayerKind.SWAP, LayerKind.ABSENCE)
"""What comes later wins over what comes before."""


def layered(shifts: Iterable[Shift], layers: Sequence[Layer]) -> list[Shift]:
    """Return the shifts as the layers change them, in no particular order.

    Of two layers of one kind the one that stands later wins: an override also where
    another has put somebody else in the same person's place.
    """
    found = list(shifts)
    for kind in _ORDER:
        # With whose it was before the layers of this kind. A swap gives only what one
        # has then: who gave a watch away has no say in it any more.
        whose = [(shift.person, shift) for shift in found]
        for layer in layers:
            if layer.kind is kind:
                whose = list(_under(whose, layer))
        found = [shift for _, shift in whose]
    return found


def _under(
    whose: Sequence[tuple[str, Shift]], layer: Layer
) -> Iterator[tuple[str, Shift]]:
    beside = layer.person is None
    for before, shift in whose:
        if beside or not _concerns(layer, before, shift):
            yield before, shift
            continue
        if shift.start < layer.start:
            yield before, replace(shift, end=layer.start)
        if layer.takes_over is not None:
            yield (
                before,
                replace(
                    shift,
                    start=max(shift.start, layer.start),
                    end=min(shift.end, layer.end),
                    person=layer.takes_over,
                    why=layer.key,
                ),
            )
        if shift.end > layer.end:
            yield before, replace(shift, start=layer.end)
    if beside and layer.takes_over is not None and layer.start < layer.end:
        yield (
            layer.takes_over,
            Shift(
                start=layer.start,
                end=layer.end,
                person=layer.takes_over,
                role=layer.role or DutyRole.PRIMARY,
                why=layer.key,
            ),
        )


def _concerns(layer: Layer, before: str, shift: Shift) -> bool:
    is_theirs = shift.person == layer.person or (
        layer.kind is LayerKind.OVERRIDE and before == layer.person
    )
    return (
        is_theirs
        and (layer.role is None or layer.role is shift.role)
        and shift.start < layer.end
        and layer.start < shift.end
    )
