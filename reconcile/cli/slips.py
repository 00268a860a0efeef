"""What was typed wrong at the command line: what it is, and what to type instead."""

from __future__ import annotations

import re
from typing import Final

import click

from reconcile.errors import UsageError

_EXTRA: Final = re.compile(r"^Got unexpected extra arguments? \((?P<words>.*)\)$")
_NOT_ONE_OF: Final = re.compile(r"^'(?P<word>.*)' is not one of ", re.DOTALL)


def slip(error: click.UsageError) -> UsageError:
    """The same mistake as a sentence and a hint, like all others of this program."""
    if isinstance(error, click.NoSuchCommand):
        return _no_command(error)
    if isinstance(error, click.NoSuchOption):
        near = [*(error.possibilities or ())][:1]
        message = f"{_command(error)} has no option {error.option_name}"
        return UsageError(message, hint=_did_you_mean(near) or _help(error))
    if isinstance(error, click.BadOptionUsage):
        return UsageError(error.message.rstrip("."), hint=_help(error))
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.human_readable_name.upper()
        return UsageError(f"{_command(error)} needs {name}", hint=_form(error))
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _bad_value(error, error.param)
    if extra := _EXTRA.match(error.format_message()):
        return _too_much(error, extra["words"])
    return UsageError(error.format_message().rstrip("."), hint=_form(error))


def only_meant(text: str) -> str:
    """What `--only` was to say, with a space after it; "" where nobody knows."""
    from reconcile.core.hints import closest
    from reconcile.core.kinds import KINDS

    kind, colon, glob = text.partition(":")
    if not colon and kind in KINDS:
        return f"Did you mean {kind}:*? "
    if not colon:
        return f"Did you mean product:{text}? "
    near = closest(kind, [*KINDS, *(one.plural for one in KINDS.values())])
    meant = next((k for k, one in KINDS.items() if near in (k, one.plural)), None)
    return f"Did you mean {meant}:{glob or '*'}? " if meant else ""


def _no_command(error: click.NoSuchCommand) -> UsageError:
    start = error.ctx.command_path if error.ctx else "reconcile"
    near = [f"{start} {one}" for one in error.possibilities or ()][:1]
    return UsageError(
        f"there is no command {error.command_name!r}",
        hint=_did_you_mean(near) or f"All commands: {start} --help",
    )


def _bad_value(error: click.BadParameter, param: click.Parameter) -> UsageError:
    from reconcile.core.hints import closest, listed

    argument = isinstance(param, click.Argument)
    name = param.human_readable_name.upper() if argument else param.opts[-1]
    wrong = _NOT_ONE_OF.match(error.message)
    if wrong is None or not isinstance(param.type, click.Choice):
        return UsageError(f"{name}: {error.message.rstrip('.')}", hint=_help(error))
    choices = [*map(str, param.type.choices)]
    near = closest(wrong["word"], choices)
    return UsageError(
        f"{name} cannot be {wrong['word']!r}: it is {listed(choices)}",
        hint=_did_you_mean([near] if near else []) or _help(error),
    )


def _too_much(error: click.UsageError, words: str) -> UsageError:
    options = error.ctx.command.params if error.ctx else []
    if any("--only" in one.opts for one in options) and " " not in words:
        hint = f"A part alone: {_command(error)} --only product:{words}"
    else:
        hint = _form(error)
    return UsageError(f"{_command(error)} takes no {words!r}", hint=hint)


def _did_you_mean(near: list[str]) -> str:
    return f"Did you mean {near[0]}?" if near else ""


def _command(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "reconcile"


def _form(error: click.UsageError) -> str:
    """How it is typed, on one line."""
    if error.ctx is None:
        return ""
    pieces = error.ctx.command.collect_usage_pieces(error.ctx)
    words = [_command(error), *(one for one in pieces if one != "[OPTIONS]")]
    return f"Write: {' '.join(words)}. {_help(error)}"


def _help(error: click.UsageError) -> str:
    return f"More: {_command(error)} --help"
