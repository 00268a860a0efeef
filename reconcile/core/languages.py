"""Mistyped languages of translations.

Traede names languages by words such as `danish`, and says nowhere which ones it has;
an account may have more. So an unknown word is fine, and one letter beside a language
is only a warning.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Final

from reconcile.core.config import Config
from reconcile.core.model import Desired
from reconcile.core.problems import Problem

LANGUAGES: Final = frozenset(
    """
    albanian arabic basque bosnian bulgarian catalan chinese croatian czech danish dutch
    english estonian faroese finnish flemish french galician georgian german greek
    greenlandic hebrew hungarian icelandic indonesian irish italian japanese korean
    latvian lithuanian luxembourgish macedonian maltese norwegian persian polish
    portuguese romanian russian serbian slovak slovene slovenian spanish swedish thai
    turkish ukrainian vietnamese welsh
    """.split()
)
_NEAR: Final = 0.75


def languages(objects: Sequence[Desired], _: Config) -> Iterator[Problem]:
    for desired in objects:
        for path, source in desired.sources.items():
            if path[0] != "translations" or len(path) != len(("translations", "code")):
                continue
            code = path[1]
            close = difflib.get_close_matches(code.lower(), LANGUAGES, 1, _NEAR)
            if code in LANGUAGES or not close:
                continue
            yield Problem(
                source.location,
                "unknown-language",
                f'"{code}" is no language that we know. Did you mean "{close[0]}"? '
                "If Traede has it, leave it as it is",
                "warning",
            )
