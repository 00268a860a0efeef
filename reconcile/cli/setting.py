"""What was asked, resolved: flags win over the environment, the environment over the
file, the file over the defaults. Secrets come from the environment or a file, never
from a flag.
"""

from __future__ import annotations

import datetime
import getpass
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reconcile.cli.flags import Flags
from reconcile.cli.log import Log
from reconcile.cli.progress import Progress
from reconcile.core.config import Config
from reconcile.core.model import Tenant
from reconcile.errors import UsageError

if TYPE_CHECKING:
    from reconcile.core.loading import Loaded


@dataclass(frozen=True, slots=True)
class Setting:
    """Flags, environment and file, resolved."""

    flags: Flags
    config: Config
    folder: Path
    """Where `reconcile.yaml` is; its paths are relative to it."""
    catalog: Path
    progress: Progress = field(
        default_factory=lambda: Progress(quiet=True), compare=False
    )
    environment: str | None = None
    """The one of `reconcile.yaml` that was asked for."""
    file: str = "reconcile.yaml"
    """What the configuration is called in its folder."""

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.config.traede.url, self.config.traede.brand_id)

    @property
    def color(self) -> bool:
        return wants_color(self.flags)

    def talk(self, line: str) -> None:
        """Something to read while waiting; never a result."""
        self.progress.say(line)


def wants_color(flags: Flags) -> bool:
    """`--color` decides; else a terminal, unless NO_COLOR is set."""
    if flags.color != "auto":
        return flags.color == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def resolve(flags: Flags) -> Setting:
    """Read the configuration; raises UsageError or CatalogInvalid."""
    from reconcile.core.loading import load_config
    from reconcile.core.schema import compile_schema
    from reconcile.edges.files import find_config, schema_text

    path = flags.config or find_config(Path.cwd())
    if not path.is_file():
        raise UsageError(f"there is no file {path}", hint="Check --config.")
    folder = path.resolve().parent
    schema = compile_schema(schema_text("reconcile.schema.json"))
    environment = flags.env or os.environ.get("RECONCILE_ENV") or None
    config = load_config(path.read_bytes(), path.name, schema, environment)
    traede = config.traede
    if url := os.environ.get("TRAEDE_URL"):
        traede = replace(traede, url=url)
    if identifier := os.environ.get("TRAEDE_APP_IDENTIFIER"):
        traede = replace(traede, app_identifier=identifier)
    config = replace(config, traede=replace(traede, url=traede.url.rstrip("/")))
    catalog = flags.catalog or folder / config.catalog
    progress = Progress(quiet=flags.quiet, log=Log(flags.log_format))
    return Setting(
        flags, config, folder, catalog.resolve(), progress, environment, path.name
    )


def load(setting: Setting) -> tuple[Loaded, dict[str, bytes]]:
    """The catalog with its problems, and the texts for code frames."""
    from reconcile.core.loading import load_catalog
    from reconcile.core.schema import compile_schema
    from reconcile.edges.files import read_catalog_texts, schema_text

    texts = read_catalog_texts(setting.catalog, setting.folder)
    schema = compile_schema(schema_text("catalog.schema.json"))
    return load_catalog(texts, setting.config, schema), texts


def today(timezone: str) -> str:
    return datetime.datetime.now(tz=zone_of(timezone)).date().isoformat()  # noqa: TID251


def zone_of(timezone: str) -> ZoneInfo:
    """Where the days of this catalog begin and end, and in which times are told."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"timezone: nobody knows {timezone!r}",
            hint="Write it in reconcile.yaml as Europe/Copenhagen.",
        ) from None


def checked_day(text: str | None) -> str | None:
    """A day as people type it, if it is one."""
    if text is None:
        return None
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise UsageError(
            f"{text!r} is no day", hint="Write it as 2027-01-04 (year-month-day)."
        ) from None


_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def checked_duration(text: str | None) -> float | None:
    """Seconds, from `5h`, `30m` or `90s`."""
    if text is None:
        return None
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} is no length of time", hint="Write it as 5h, 30m or 90s."
        )
    return float(found[1]) * _SECONDS[found[2]]


def who() -> str:
    """Who runs this, for the history."""
    names = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER")
    if known := next(filter(None, map(os.environ.get, names)), None):
        return known
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a number that has no name
        return "unknown"


def utc_now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)  # noqa: TID251 (the one real clock)


def stopwatch() -> Callable[[], float]:
    started = time.monotonic()
    return lambda: time.monotonic() - started


def has_token(setting: Setting) -> bool:
    """Whether one was given, be it right or wrong."""
    named = setting.flags.token_file is not None
    return named or bool(os.environ.get("TRAEDE_TOKEN", "").strip())


def token_of(setting: Setting) -> str:
    if setting.flags.token_file:
        try:
            token = setting.flags.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise UsageError(
                f"the token file cannot be read: {why}", hint="Check --token-file."
            ) from None
    else:
        token = os.environ.get("TRAEDE_TOKEN", "").strip()
    if not token:
        raise UsageError(
            "there is no token for Traede",
            hint="export TRAEDE_TOKEN=…, or give --token-file FILE (there is no flag "
            "for the token itself: it would stand in the process list).",
        )
    return token


@dataclass(frozen=True, slots=True)
class Time:
    """What time it is, and a way to let some pass."""

    now: Callable[[], datetime.datetime]
    sleep: Callable[[float], None]
    seconds: Callable[[], float]
    """A clock that only goes forward."""


REAL_TIME = Time(utc_now, time.sleep, time.monotonic)
