"""The options that every command takes, and what each exit code means."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from reconcile import __version__
from reconcile.cli.commandline import CommandLine
from reconcile.cli.commands.apply import apply
from reconcile.cli.commands.ci import ci
from reconcile.cli.commands.completion import COMPLETING, completion
from reconcile.cli.commands.doctor import doctor
from reconcile.cli.commands.drift import drift
from reconcile.cli.commands.explain import explain
from reconcile.cli.commands.fmt import fmt
from reconcile.cli.commands.help_ import help_
from reconcile.cli.commands.import_ import import_
from reconcile.cli.commands.init import init
from reconcile.cli.commands.plan import plan
from reconcile.cli.commands.pull import pull
from reconcile.cli.commands.rename import rename
from reconcile.cli.commands.sandbox import sandbox
from reconcile.cli.commands.schema import schema
from reconcile.cli.commands.show import show
from reconcile.cli.commands.status import status
from reconcile.cli.commands.unlock import unlock
from reconcile.cli.commands.validate import validate
from reconcile.cli.flags import Flags
from reconcile.cli.log import Log, log_of
from reconcile.cli.slips import slip
from reconcile.errors import CatalogInvalid, ReconcileError, UsageError, words_of

EXIT_CODES = """\b
Exit codes:
  0    done (with --detailed-exitcode: no changes)
  1    another error before a write; nothing changed
  2    changes present (only with --detailed-exitcode); drift: there is some
  3    the catalog is invalid
  4    blocked by a guard
  5    partly applied; the report says what is left, and how to go on
  6    the saved plan or the commit does not fit; nothing written
  7    Traede not reachable, not authorised, or not read completely
  8    all accepted, but not as written when read back
  9    another run is writing
  64   usage      130  interrupted
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code; no traceback for a user's mistake."""
    log = log_of(sys.argv[1:] if argv is None else argv)
    if COMPLETING in os.environ:
        from reconcile.cli import bash

        bash.register()
    try:
        code = cli.main(argv, prog_name="reconcile", standalone_mode=False)
    except click.ClickException as error:
        code = _show_slip(log, error)
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        log.say("interrupted", "error", exit_code=130)
        code = 130
    except CatalogInvalid as invalid:
        code = _show_problems(log, invalid)
    except ReconcileError as error:
        log.fail(error)
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        code = 1
    except OSError as error:
        log.fail(ReconcileError(words_of(error)))
        code = ReconcileError.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _show_slip(log: Log, error: click.ClickException) -> int:
    """A command line that cannot be read; help, where nothing was asked."""
    if not isinstance(error, click.UsageError):
        error.show()
        return ReconcileError.exit_code
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
    else:
        log.fail(slip(error))
    return UsageError.exit_code


def _show_problems(log: Log, invalid: CatalogInvalid) -> int:
    """Problems in `reconcile.yaml` itself, or of a catalog that is to be planned."""
    from reconcile.reports.problems_text import Counts, render_problems

    text = render_problems(invalid.problems, invalid.sources, Counts(1))
    log.problems(invalid.problems, text)
    return invalid.exit_code


@click.group(
    cls=CommandLine,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.option("--config", type=click.Path(path_type=Path), help="The reconcile.yaml.")
@click.option("--env", help="The environment of reconcile.yaml to use.")
@click.option("--catalog", type=click.Path(path_type=Path), help="The catalog folder.")
@click.option("--state", help="Where the memory of applies is kept, as a URL.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    help="A file with the token (else TRAEDE_TOKEN).",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour in text (auto: on a terminal, unless NO_COLOR is set).",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="What is said beside the results, on stderr.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only results.")
@click.option("-v", "--verbose", is_flag=True, help="Fold nothing.")
@click.version_option(__version__, prog_name="reconcile")
@click.pass_context
def cli(context: click.Context, /, **options: Any) -> None:
    """Catalog as code for Traede: YAML in git, reviewed as a plan, applied from CI.

    The options below may stand before the command or after it.
    """
    context.obj = Flags(**options)
    if context.invoked_subcommand != "sandbox":
        # What a command has read it keeps to its end. Looking for garbage in that
        # takes a third of its time, and finds none.
        gc.disable()
        context.call_on_close(gc.enable)


for command in (
    init,
    validate,
    fmt,
    schema,
    plan,
    show,
    apply,
    import_,
    doctor,
    sandbox,
    status,
    unlock,
    drift,
    pull,
    rename,
    explain,
    ci,
    completion,
    help_,
):
    cli.add_command(command)
