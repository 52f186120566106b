"""The parameters of the functions, with the values that Moodle takes when left out.

Over SOAP Moodle cannot tell "left out" from null, so that every default is written
out. Its WSDL names the parameters and their kinds, and tells no default.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

Parameters = Mapping[str, Mapping[str, "Parameter"]]
"""By function, then by parameter in the order in which the function takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter: `kind` is `value`, `list` or `object`.

    `default` is what Moodle takes when a parameter that is not `required` is left out.
    """

    kind: str
    required: bool
    default: Any = None


def known_parameters() -> Parameters:
    """Return the parameters of every function in the table beside this module."""
    table = files(__package__).joinpath("soap_parameters.json")
    rows: dict[str, dict[str, dict[str, Any]]] = json.loads(
        table.read_text(encoding="utf-8")
    )
    return {
        function: {
            name: Parameter(
                kind=row["kind"],
                required="default" not in row,
                default=row.get("default"),
            )
            for name, row in parameters.items()
        }
        for function, parameters in rows.items()
    }
