"""`reconcile schema`: the JSON Schemas, for editors and for other programs."""

from __future__ import annotations

import click

from reconcile.cli.flags import Flags

NAMES = ("catalog", "reconcile", "plan")


@click.command()
@click.option("--write", is_flag=True, help="Renew the copies under schemas/.")
@click.argument("name", type=click.Choice(NAMES), default="catalog")
@click.pass_obj
def schema(flags: Flags, /, write: bool, name: str) -> int:
    """Print the schema of catalog files, of reconcile.yaml or of a plan.

    --write puts those of catalog files and reconcile.yaml beside reconcile.yaml,
    where editors find them.
    """
    from reconcile.cli.output import save
    from reconcile.cli.setting import resolve
    from reconcile.edges.files import schema_text
    from reconcile.reports.starter import SCHEMAS

    if not write:
        print(schema_text(f"{name}.schema.json"), end="")
        return 0
    folder = resolve(flags).folder
    for file in SCHEMAS:
        text = schema_text(file)
        path = folder / "schemas" / file
        same = path.is_file() and path.read_bytes() == text.encode("utf-8")
        if not same:
            save(path, text)
        print(f"{'same ' if same else 'wrote'}  schemas/{file}")
    return 0
