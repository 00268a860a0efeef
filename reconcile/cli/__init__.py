"""The command line: arguments become calls, results become text and an exit code.

The only place where the pieces are wired (`wiring`); commands import what they need
when they run, so that `--help` costs nothing.
"""

from reconcile.cli.main import main

__all__ = ["main"]
