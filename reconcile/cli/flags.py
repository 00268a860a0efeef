"""The options that every command takes; imports nothing, so that `--help` is quick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

LogFormat = Literal["text", "json"]


@dataclass(frozen=True, slots=True)
class Flags:
    """As given; `wiring.resolve` adds what environment and file say."""

    config: Path | None = None
    env: str | None = None
    catalog: Path | None = None
    state: str | None = None
    token_file: Path | None = None
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    log_format: LogFormat = "text"
