"""Completion for bash that knows colons, spaces and quotes.

Keys have them all (`product:80610`, `Men > Shirts`). Bash itself takes words apart at a
colon and puts in what it is given as it is, so both are undone here.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import Any, ClassVar, Final

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    split_arg_string,
)

_SCRIPT: Final = """\
%(complete_func)s() {
    local IFS=$'\\n' line kind word
    local words
    words=$(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" \\
        COMP_WORD="${COMP_WORDS[COMP_CWORD]}" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
    COMPREPLY=()
    for line in $words; do
        kind=${line%%%%,*}
        word=${line#*,}
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            *) COMPREPLY+=("$word") ;;
        esac
        [[ $word == *: ]] && compopt -o nospace
    done
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_SPECIAL: Final = re.compile(r"([^\w@%+=:,./-])")
_AT_NEXT: Final = re.compile(r"(?<!\\)(\\\\)*\s$")
"""A space ends a word, unless a backslash stands before it."""
_IN_DOUBLE: Final = re.compile(r'(["\\$`])')


def register() -> None:
    add_completion_class(Bash)


class Bash(BashComplete):
    """Reads the line itself; answers what belongs in place of bash's last word."""

    source_template: ClassVar[str] = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("COMP_LINE", "")
        self._quote = _open_quote(line)
        words = split_arg_string(line)
        begun = bool(self._quote) or not _AT_NEXT.search(line)
        incomplete = words.pop() if begun and len(words) > 1 else ""
        # Outside quotes bash has cut the word at a colon, and only the rest is put in.
        word = os.environ.get("COMP_WORD", "")
        bare = not self._quote and (":" not in word or word == ":")
        cut = bare and ":" in incomplete
        self._known = len(incomplete.rpartition(":")[0]) + 1 if cut else 0
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        return f"{item.type},{self._typed(str(item.value)[self._known :])}"

    def _typed(self, value: str) -> str:
        if self._quote == "'":
            return value
        special = _IN_DOUBLE if self._quote else _SPECIAL
        return special.sub(r"\\\1", value)


def _open_quote(line: str) -> str:
    """The quote that is still open at the end; "" where none is."""
    for quote in ("", '"', "'"):
        try:
            shlex.split(line + quote)
        except ValueError:
            continue
        return quote
    return ""
