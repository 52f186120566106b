"""`moodle-bridge serve`."""

from __future__ import annotations

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import Result


@click.command("serve", cls=options.Command)
@click.option("--host", metavar="ADDRESS", help="Where to listen, instead of [web].")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="The port, instead of [web]; 0 takes a free one.",
)
@options.pass_invocation
def command(invocation: Invocation, *, host: str | None, port: int | None) -> Result:
    """Answer for the bridge's own pages, until it is stopped.

    Readers unsubscribe there by one click, and with `metrics` in [web] a collector
    reads how long people wait. It speaks plain http, so let a web server
    with TLS stand before it, and name its address in [web] public_url.
    """
    from sync.commands import serve  # noqa: PLC0415 - keeps the start fast

    return serve.run(invocation, host=host, port=port)
