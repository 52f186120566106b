"""What a function answers, as far as the description of a SOAP service tells it.

The description numbers every structure it meets, so that it must know them all; what
lies inside a list it leaves open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

INT, DOUBLE, STRING, ARRAY = "int", "double", "string", "array"

Kind = str
Struct = Mapping[str, "Returned"]
Returned = Kind | Struct

_WORD = re.compile(r"([a-z0-9_]+)(:int|:double|\[\]|\{)?|\}")


def struct(text: str) -> Struct:
    """Return a structure written as text: `id:int name tags[] times{locked:int}`.

    A bare name is a string, `[]` a list, braces hold a structure inside.
    """
    outer: dict[str, Returned] = {}
    open_ones = [outer]
    for word in _WORD.finditer(text):
        name, kind = word[1], word[2]
        if name is None:
            open_ones.pop()
        elif kind == "{":
            inner: dict[str, Returned] = {}
            open_ones[-1][name] = inner
            open_ones.append(inner)
        else:
            open_ones[-1][name] = _KINDS[kind]
    return outer


_KINDS: Mapping[str | None, Kind] = {
    None: STRING,
    ":int": INT,
    ":double": DOUBLE,
    "[]": ARRAY,
}
