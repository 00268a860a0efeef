"""The catalog of another commit, for `--base` and `--offline`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconcile.cli.setting import Setting
from reconcile.core.catalog import Catalog
from reconcile.core.model import Snapshot
from reconcile.core.steps import Base
from reconcile.errors import CatalogInvalid, ReconcileError, UsageError

if TYPE_CHECKING:
    from reconcile.cli.wiring import Read, Wish
    from reconcile.core.loading import Loaded
    from reconcile.edges.git_tree import Repository


@dataclass(frozen=True, slots=True)
class BaseCatalog:
    """What the files said at the commit where this one left a branch."""

    base: Base
    catalog: Catalog


def base_catalog(
    setting: Setting, refs: Sequence[str] = (), called: str = ""
) -> BaseCatalog:
    """The catalog where this commit left the first of `refs` that git knows, else the
    default branch; `called` is how people know it.

    One that is not there at all is empty: then everything is new. Raises UsageError
    for a name that git does not know, ReconcileError where the files there have
    mistakes.
    """
    from reconcile.edges.git_tree import Repository

    repository = Repository.around(setting.folder)
    known = (name for name in refs if repository.commit(name))
    name = next(known, refs[0]) if refs else _default_branch(repository)
    base = Base(called or name, repository.left_at(name))
    return BaseCatalog(base, _read(setting, repository, base))


def _default_branch(repository: Repository) -> str:
    for name in repository.branches():
        if repository.commit(name):
            return name
    raise UsageError(
        "git does not say which branch is the default one",
        hint="Name what to compare with: --base main",
    )


def _read(setting: Setting, repository: Repository, base: Base) -> Catalog:
    from reconcile.core.loading import load_catalog, load_config
    from reconcile.core.problems import errors
    from reconcile.core.schema import compile_schema
    from reconcile.edges.files import schema_text

    configured = repository.inside(setting.folder / setting.file)
    text = repository.read(base.commit, configured)
    if text is None:
        return Catalog({})
    schema = compile_schema(schema_text("reconcile.schema.json"))
    try:
        config = load_config(text, setting.file, schema, setting.environment)
    except UsageError:  # the environment came later
        return Catalog({})
    except CatalogInvalid as invalid:
        raise _invalid(base, len(invalid.problems)) from None
    folder = setting.flags.catalog or setting.folder / config.catalog
    top = repository.inside(setting.folder)
    texts = repository.catalog_texts(
        base.commit, repository.inside(folder.absolute()), top
    )
    loaded = load_catalog(
        texts, config, compile_schema(schema_text("catalog.schema.json"))
    )
    if wrong := errors(loaded.problems):
        raise _invalid(base, len(wrong))
    return loaded.catalog


def _invalid(base: Base, mistakes: int) -> ReconcileError:
    number = "1 mistake" if mistakes == 1 else f"{mistakes} mistakes"
    return ReconcileError(
        f"the catalog at {base.ref} ({base.commit[:10]}) has {number}, so nothing can "
        "be compared with it",
        hint="Name another one, such as --base HEAD~1",
    )


def marked(read: Read, loaded: Loaded, base: BaseCatalog) -> Read:
    """The plan with what came since `base` marked."""
    from reconcile.core.branch import mark
    from reconcile.core.plan_json import digest_of

    before, now = base.catalog.objects, loaded.catalog.objects
    plan = mark(read.planned.plan, base.base, before, now)
    planned = replace(read.planned, plan=plan)
    return replace(read, planned=planned, digest=digest_of(plan, read.seal))


def compared(setting: Setting, loaded: Loaded, base: BaseCatalog, wish: Wish) -> Read:
    """The two catalogs compared; Traede is not read, and nothing can be applied."""
    from reconcile.cli.setting import today
    from reconcile.cli.wiring import Read, Seen
    from reconcile.core.approvals import Approvals
    from reconcile.core.comparing import compare_catalogs
    from reconcile.core.personal import Seal
    from reconcile.core.plan_json import digest_of
    from reconcile.core.planning import Options, Planned
    from reconcile.edges.files import git_commit

    options = Options(
        setting.tenant,
        wish.as_of or today(setting.config.timezone),
        git_commit(setting.folder),
        approve=wish.approve,
    )
    plan = compare_catalogs(
        base.catalog, loaded.catalog, base.base, setting.config, options
    )
    # Without a state there is no salt; one that nobody knows hides as well.
    seal = Seal(secrets.token_hex(32))
    seen = Seen(Snapshot({}), seal)
    approvals = Approvals(loaded.catalog.approvals, wish.approve)
    return Read(Planned(plan, {}, {}), digest_of(plan, seal), seen, approvals)
