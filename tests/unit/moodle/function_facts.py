"""What Moodle itself says of its functions, and whether a call keeps to it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

Described = Mapping[str, Any]

_VALUES = {"integer", "string", "boolean", "number"}


def argument_problems(value: Any, described: Described, at: str) -> Iterator[str]:
    """Give what is wrong with an argument: missing, unknown, of another kind."""
    kind = described["kind"]
    if kind == "object":
        if not isinstance(value, Mapping):
            yield f"{at}: is no object"
            return
        fields: Mapping[str, Described] = described["fields"] or {}
        for name in value.keys() - fields.keys():
            yield f"{at}.{name}: is not known"
        for name, field in fields.items():
            if name in value:
                yield from argument_problems(value[name], field, f"{at}.{name}")
            elif field["required"] == "required":
                yield f"{at}.{name}: is missing"
    elif kind == "list":
        if not isinstance(value, list | tuple):
            yield f"{at}: is no list"
            return
        for index, item in enumerate(value):
            yield from argument_problems(item, described["items"], f"{at}[{index}]")
    elif not _fits(value, described["type"]):
        yield f"{at}: {value!r} is no {described['type']}"


def answer_problems(
    shape: TypeAdapter[Any], described: Described | None, at: str
) -> Iterator[str]:
    """Give the fields that are read and that the answer does not have."""
    schema = shape.json_schema(mode="validation")
    if described is None:
        yield f"{at}: is void"
        return
    yield from _unread(schema, described, schema.get("$defs", {}), at)


def _unread(
    schema: Mapping[str, Any], described: Described, known: Mapping[str, Any], at: str
) -> Iterator[str]:
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for branch in schema.get("anyOf", []):
        if branch.get("type") != "null":
            yield from _unread(branch, described, known, at)
    if "properties" in schema:
        if described["kind"] != "object":
            yield f"{at}: is a {described['kind']}, not an object"
            return
        for name, inner in schema["properties"].items():
            field = described["fields"].get(name)
            if field is None:
                yield f"{at}.{name}: is not in the answer"
                continue
            if name in schema.get("required", []) and field["required"] == "optional":
                yield f"{at}.{name}: may be left out of the answer"
            yield from _unread(inner, field, known, f"{at}.{name}")
    elif "items" in schema:
        if described["kind"] != "list":
            yield f"{at}: is a {described['kind']}, not a list"
            return
        yield from _unread(schema["items"], described["items"], known, f"{at}[]")
    elif schema.get("type") in _VALUES and described["kind"] != "value":
        yield f"{at}: is a {described['kind']}, not a value"


def _fits(value: Any, kind: str) -> bool:
    if kind == "int":
        return isinstance(value, int) or (isinstance(value, str) and value.isdigit())
    if kind == "bool":
        return isinstance(value, bool) or value in {0, 1}
    return isinstance(value, str | int | float)
