"""Where things are: the configured path of each family, and if that is wrong, those
that Traede's texts name besides (SEMANTICS A-1, A-2)."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from functools import partial
from typing import Final

from reconcile.core.diagnosis import Finding, Verdict
from reconcile.edges.address import join
from reconcile.edges.answers import Answer
from reconcile.edges.bruno import query
from reconcile.edges.doctor.visit import Visit, rows_of, tried
from reconcile.errors import UnexpectedAnswer

CORE: Final = ("/api", "/v10", "", "/production")


@dataclass(frozen=True, slots=True)
class Family:
    """Endpoints that share a configured path."""

    setting: str
    """Its name under `traede.paths`."""
    name: str
    paths: tuple[str, ...]
    """Every place that a text names."""
    proof: Set[int]
    """Answers to a GET that only the right path gives."""
    rest: tuple[str, ...] = ()
    missing: Verdict = "problem"
    plural: str = ""


FAMILIES: Final = (
    *(
        Family(
            f"{plural}_sync",
            f"{plural} sync",
            tuple(
                f"{prefix}/{plural}/sync"
                for prefix in ("", "/production", "/api", "/v10")
            ),
            frozenset({405}),
            plural=plural,
        )
        for plural in ("products", "customers")
    ),
    # Without `system_id` no order is read; the refusal says that somebody is there.
    Family(
        "orders",
        "orders",
        ("/v10/orders", "/orders", "/api/orders", "/production/orders"),
        frozenset({200, 400, 422}),
        ("export",),
        "warning",
    ),
)


def find_core(visit: Visit) -> Finding:
    """The prefix of core; that of the texts which works, if the configured does not."""
    configured = visit.settings.paths.core
    answer = _core_answer(visit, configured)
    if answer is not None and answer.status == 401:
        visit.cut_off("token", join(configured, "products"), answer)
    if answer is not None and rows_of(answer, "products") is not None:
        return Finding("core", "ok", f"{_shown(configured)} answers")
    if answer is not None and answer.status not in (404, 405) and _speaks(answer):
        said = visit.said(answer)
        return Finding("core", "note", f"{_shown(configured)} is there: {said}")
    said = "no JSON" if answer is None else visit.said(answer)
    for prefix in CORE:
        other = None if prefix == configured else _core_answer(visit, prefix)
        if other is not None and rows_of(other, "products") is not None:
            visit.adopt_path("core", prefix)
            return _moved("core", configured, said, prefix)
    visit.core_found = False
    tried_too = ", ".join(_shown(prefix) for prefix in CORE if prefix != configured)
    return Finding(
        "core",
        "problem",
        f"{_shown(configured)} is not there ({said}); nor is {tried_too}",
        "Check traede.url, and ask Traede for the address of the core API.",
    )


def find_others(visit: Visit) -> list[Finding]:
    return [
        finding
        for family in FAMILIES
        for finding in tried(family.name, partial(_find, visit, family))
    ]


def _find(visit: Visit, family: Family) -> Finding:
    configured: str = getattr(visit.settings.paths, family.setting)
    answer = visit.get(join(configured, *family.rest))
    if family.plural:
        visit.sync_paths[family.plural] = configured
    if answer.status != 404:
        return _there(visit, family, configured, answer)
    for path in family.paths:
        if path == configured:
            continue
        if visit.get(join(path, *family.rest)).status in family.proof:
            visit.adopt_path(family.setting, path)
            if family.plural:
                visit.sync_paths[family.plural] = path
            return _moved(family.name, configured, "404", path, family.missing)
    if family.plural:
        visit.sync_paths[family.plural] = None
    others = ", ".join(path for path in family.paths if path != configured)
    return Finding(
        family.name,
        family.missing,
        f"{configured} is not there (404); nor is {others}",
        f"Ask Traede for the path, and set traede.paths.{family.setting}.",
    )


def _there(visit: Visit, family: Family, path: str, answer: Answer) -> Finding:
    said = f"GET answers {answer.status}"
    if answer.status in family.proof:
        return Finding(family.name, "ok", f"{path} is there ({said})")
    if answer.status in (401, 403):
        sentence = f"{path} is there, but not for this token ({said})"
        hint = "The token's user may lack a right in Traede."
        return Finding(family.name, "warning", sentence, hint)
    if 300 <= answer.status < 400:
        sentence = f"{path}: {visit.said(answer)}; redirects are not followed"
        hint = f"Set traede.url or traede.paths.{family.setting} to where it goes."
        return Finding(family.name, family.missing, sentence, hint)
    return Finding(family.name, "note", f"{path} is there, it seems ({said})")


def _moved(
    name: str, configured: str, said: str, path: str, verdict: Verdict = "problem"
) -> Finding:
    return Finding(
        name,
        verdict,
        f"{_shown(configured)} is not there ({said}); {_shown(path)} works",
        "Take the path over into reconcile.yaml (below).",
    )


def _core_answer(visit: Visit, prefix: str) -> Answer | None:
    try:
        return visit.get(join(prefix, "products"), query(limit=1))
    except UnexpectedAnswer:
        return None


def _speaks(answer: Answer) -> bool:
    """Whether it is a refusal of the API, not a page of something else."""
    return answer.status >= 400 or (answer.status < 300 and not answer.ok)


def _shown(prefix: str) -> str:
    return prefix or "no prefix"
