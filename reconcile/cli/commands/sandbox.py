"""`reconcile sandbox`: a local Traede to try things on."""

from __future__ import annotations

import errno
from pathlib import Path

import click

from reconcile.errors import UsageError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8642, show_default=True)
@click.option("--token", default="sandbox-token", show_default=True)
@click.option(
    "--store", type=click.Path(path_type=Path), help="Keep the data in this file."
)
@click.option("--load", type=click.Path(path_type=Path), help="Start with this dump.")
@click.option("--control", is_flag=True, help="Serve /_sandbox/ too: edit, dump.")
def sandbox(
    host: str,
    port: int,
    token: str,
    store: Path | None,
    load: Path | None,
    control: bool,
) -> int:
    """Run a local Traede to try things on."""
    import json
    from decimal import Decimal

    from reconcile.sandbox import serve

    try:
        data = (
            json.loads(load.read_text(encoding="utf-8"), parse_float=Decimal)
            if load
            else None
        )
        serve(
            host,
            port,
            token,
            store,
            control=control,
            data=data,
            announce=lambda url: print(
                f"A local Traede at {url}  (Ctrl-C ends it)", flush=True
            ),
        )
    except OSError as error:
        raise _cannot_start(error, host, port, load) from None
    except (ValueError, KeyError) as error:  # what it was given
        raise UsageError(f"the sandbox cannot start: {error}") from None
    return 0


def _cannot_start(
    error: OSError, host: str, port: int, load: Path | None
) -> UsageError | OSError:
    if error.errno in (errno.EADDRINUSE, errno.EACCES) and error.filename is None:
        return UsageError(
            f"the sandbox cannot start: port {port} of {host} is taken",
            hint="End the other one, or take another port: reconcile sandbox --port "
            f"{port + 1}; then export TRAEDE_URL=http://{host}:{port + 1} too.",
        )
    if isinstance(error, FileNotFoundError) and load and not load.exists():
        return UsageError(
            f"the sandbox cannot start: there is no file {load.resolve()}",
            hint="--load is looked for from the folder that you are in.",
        )
    return error
