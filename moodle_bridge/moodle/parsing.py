"""Answers into their shapes, from either protocol."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pydantic import TypeAdapter, ValidationError


def parsed(shape: TypeAdapter[Any], value: Any) -> Any:
    """Return a value in its shape.

    SOAP writes null for a field of a struct that was left out. So a null where the
    shape takes none counts as left out, if the field may be: what has no default (as
    what decides who may see a post) still must be there. Raises ValidationError, that
    of the value as it came.
    """
    try:
        return shape.validate_python(value)
    except ValidationError as error:
        pruned = _without_nulls(value, error)
        if pruned is None:
            raise
        try:
            return shape.validate_python(pruned)
        except ValidationError:
            raise error from None


def _without_nulls(value: Any, error: ValidationError) -> Any:
    # None when something else than nulls in fields is wrong.
    pruned = deepcopy(value)
    for problem in error.errors(include_url=False):
        *path, field = problem["loc"] or (None,)
        row = pruned
        for step in path:
            try:
                row = row[step]
            except (KeyError, IndexError, TypeError):
                return None
        if not isinstance(row, dict) or row.get(field, "") is not None:
            return None
        del row[field]
    return pruned
