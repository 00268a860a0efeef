"""The texts of all files become the catalog, or a list of everything wrong in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconcile.core.approvals import read_approvals
from reconcile.core.catalog import Catalog, read_catalog
from reconcile.core.checks import cross_check
from reconcile.core.codes import CURRENCIES
from reconcile.core.config import Config, make_config, merge
from reconcile.core.kinds import KINDS
from reconcile.core.model import KindName
from reconcile.core.problems import Location, Problem, errors
from reconcile.core.rules import judge_catalog
from reconcile.core.schema import CompiledSchema, validate
from reconcile.core.yaml.nodes import Mapping as MapNode
from reconcile.core.yaml.nodes import Node, find, to_plain
from reconcile.core.yaml.text import parse
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
    written: list[Problem] = []
    shaped: list[Problem] = []
    documents: dict[str, Node | None] = {}
    readable = True
    for file, text in texts.items():
        parsed = parse(text, file)
        documents[file] = parsed.root
        written += parsed.problems
        wrong = errors(parsed.problems)
        readable = readable and not (wrong and parsed.root is None)
        shaped += _elsewhere(validate(parsed.root, file, schema), wrong)
    objects, found = read_catalog(documents, config)
    approvals, unfit = read_approvals(documents)
    crossed = [*cross_check(objects, config, complete=readable), *unfit]
    # Prices are worded by `found`, which knows how many decimals are allowed.
    problems = _each_once(written, found, shaped, crossed)
    if not errors(problems):
        # What is read with a mistake may look like a price that is not there.
        problems = _each_once(problems, judge_catalog(objects, config))
    by_ref = {d.ref: d for d in objects}
    catalog = Catalog(by_ref, tuple(texts), tuple(approvals))
    counts = {kind: sum(ref.kind == kind for ref in catalog.objects) for kind in KINDS}
    return Loaded(catalog, tuple(problems), counts)


def load_config(
    text: bytes, file: str, schema: CompiledSchema, environment: str | None
) -> Config:
    """`reconcile.yaml` with one environment merged in.

    Raises CatalogInvalid with every problem, UsageError for an unknown environment.
    """
    parsed = parse(text, file, sent=False)
    problems = [*parsed.problems]
    if not errors(problems):
        problems += validate(parsed.root, file, schema)
    if parsed.root is None and not errors(problems):
        problems.append(
            Problem(Location(file, 1, 1), "empty", "write `base_currency: DKK` here")
        )
    sources = {file: text.decode("utf-8", "replace")}
    if errors(problems) or parsed.root is None:
        raise CatalogInvalid(problems, sources)
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
    config = make_config(data)
    if wrong := _unknown_currency(parsed.root, config, environment):
        raise CatalogInvalid([wrong], sources)
    return config


def _unknown_currency(
    root: Node, config: Config, environment: str | None
) -> Problem | None:
    code = config.base_currency
    if code in CURRENCIES or code in config.currencies:
        return None
    below = find(root, ["environments", environment]) if environment else root
    own = isinstance(below, MapNode) and below.get("base_currency")
    return Problem(
        (own or find(root, ["base_currency"])).location,
        "currency-code",
        f'"{code}" is no currency code that we know. Write three letters such as EUR; '
        "if it is right, write it under `currencies` too",
    )


def _each_once(*stages: Iterable[Problem]) -> list[Problem]:
    """One mistake is reported once: two stages may see it, the first one words it."""
    told: set[tuple[Location, str]] = set()
    kept: dict[Problem, None] = {}
    for stage in stages:
        # What all variants of a style have in common is met once for each of them.
        new = [p for p in stage if (_start(p), p.rule) not in told]
        kept.update(dict.fromkeys(new))
        told |= {(_start(problem), problem.rule) for problem in new}
    return sorted(kept, key=lambda p: (p.where, p.rule, p.message))


def _elsewhere(problems: list[Problem], than: list[Problem]) -> list[Problem]:
    """Those that do not touch characters which cannot be read as meant anyway."""
    taken = [problem.where for problem in than]
    return [p for p in problems if not any(p.where.touches(at) for at in taken)]


def _start(problem: Problem) -> Location:
    return replace(problem.where, length=1)
