"""Options that several parts of `moodle-bridge rota` have."""

from __future__ import annotations

import click

TIMES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d"]

reason = click.option("--reason", metavar="TEXT", default="", help="Why.")
start = click.option(
    "--from", "start", type=click.DateTime(TIMES), required=True, help="Its beginning."
)
end = click.option(
    "--to", "end", type=click.DateTime(TIMES), required=True, help="Its end."
)
