"""One module per command: its options, and what it does: read, decide, write, print.

A module imports only what `--help` needs; the rest where it is used.
"""
