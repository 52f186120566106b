"""How arguments become the form that Moodle's REST server reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

Field = tuple[str, str]

# Four bytes in UTF-8, each as `%F0`.
_MOST_OF_A_LETTER = 12


def fields(arguments: Mapping[str, Any]) -> list[Field]:
    """Return the form fields of nested arguments, in order: `a[0][b]=v`.

    Booleans become 1 and 0, because Moodle's check of PARAM_BOOL takes nothing else.
    None is left out, in a list too, which closes up. An empty list or dict leaves
    nothing: a form cannot say it. Half a surrogate pair becomes U+FFFD. Raises
    TypeError for a value that has no form (bytes, a datetime).
    """
    return [field for key, value in arguments.items() for field in _flat(key, value)]


def encoded(form: list[Field]) -> bytes:
    """Return the body `application/x-www-form-urlencoded`, in UTF-8."""
    return urlencode(form).encode("ascii")


def most_bytes(form: list[Field]) -> int:
    """Return how many bytes the body has at most; quick, and often far too many."""
    return sum(_MOST_OF_A_LETTER * (len(key) + len(value)) + 2 for key, value in form)


def _flat(key: str, value: Any) -> Iterator[Field]:
    # bool before int: in Python a boolean is a number too.
    if value is None:
        return
    if isinstance(value, bool):
        yield key, "1" if value else "0"
    elif isinstance(value, str):
        yield key, _without_surrogates(value)
    elif isinstance(value, int | float):
        yield key, format(value, "")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{key}[{name}]", inner)
    elif isinstance(value, list | tuple):
        present = (item for item in value if item is not None)
        for index, item in enumerate(present):
            yield from _flat(f"{key}[{index}]", item)
    else:
        kind = type(value).__name__
        raise TypeError(f"argument {key} is of type {kind}, which has no form")


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
