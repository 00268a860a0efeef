"""The texts of all files become the catalog, or a list of everything wrong in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconcile.core.catalog import Catalog, read_catalog
from reconcile.core.checks import cross_check
from reconcile.core.config import Config, make_config, merge
from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName
from reconcile.core.problems import Location, Problem, errors
from reconcile.core.schema import CompiledSchema, validate
from reconcile.core.yamlnodes import Node, to_plain
from reconcile.core.yamltext import parse
from reconcile.errors import CatalogInvalid, UsageError


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files say; `catalog` is only to be used without errors."""

    catalog: Catalog
    problems: tuple[Problem, ...]
    counts: Mapping[KindName, int]


def load_catalog(
    texts: Mapping[str, bytes], config: Config, schema: CompiledSchema
) -> Loaded:
    """Read all files; every problem is found before anything stops."""
    problems: list[Problem] = []
    documents: dict[str, Node | None] = {}
    for file, text in texts.items():
        parsed = parse(text, file)
        problems += parsed.problems
        documents[file] = parsed.root
        if not errors(parsed.problems):
            problems += validate(parsed.root, file, schema)
    objects, found = read_catalog(documents, config)
    problems += found
    problems += cross_check(objects, config)
    catalog = Catalog({d.ref: d for d in objects}, tuple(texts))
    counts = {kind: sum(ref.kind == kind for ref in catalog.objects) for kind in KINDS}
    return Loaded(catalog, tuple(_each_once(problems)), counts)


def load_config(
    text: bytes, file: str, schema: CompiledSchema, environment: str | None
) -> Config:
    """`reconcile.yaml` with one environment merged in.

    Raises CatalogInvalid with every problem, UsageError for an unknown environment.
    """
    parsed = parse(text, file)
    problems = [*parsed.problems]
    if not errors(problems):
        problems += validate(parsed.root, file, schema)
    if parsed.root is None and not errors(problems):
        problems.append(
            Problem(Location(file, 1, 1), "empty", "write `base_currency: DKK` here")
        )
    if errors(problems):
        raise CatalogInvalid(problems)
    data = to_plain(parsed.root)
    environments = data.get("environments") or {}
    if environment is not None:
        if environment not in environments:
            known = ", ".join(sorted(environments)) or "none"
            raise UsageError(
                f"there is no environment {environment!r} in {file}",
                hint=f"Environments there: {known}.",
            )
        data = merge(data, environments[environment])
        data.setdefault("name", environment)
    return make_config(data)


def _each_once(problems: Iterable[Problem]) -> list[Problem]:
    """One mistake is reported once: two checks may see it, the first one words it."""
    seen: dict[tuple[str, int, int, str], Problem] = {}
    for problem in problems:
        where = problem.where
        seen.setdefault((where.file, where.line, where.column, problem.rule), problem)
    return sorted(seen.values())
