"""JSON as PHP's json_encode writes it: ASCII only, slashes escaped, no spaces."""

from __future__ import annotations

import json


def php_json(data: object) -> str:
    """Return data as PHP would encode it."""
    return json.dumps(data, separators=(",", ":")).replace("/", "\\/")
