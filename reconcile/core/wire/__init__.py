"""Between Traede's JSON and the canonical form: `read` one way, `write` the other."""
