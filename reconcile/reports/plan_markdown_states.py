"""The comment where there is no plan, and after an apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from reconcile.core.model import Path, Tenant
from reconcile.core.outcomes import Report
from reconcile.core.problems import Problem, errors
from reconcile.core.steps import Plan
from reconcile.reports.about import About
from reconcile.reports.apply_text import RESULT_WORDS, Fate, fates, how_on
from reconcile.reports.plan_markdown import foot, head, plan_sections
from reconcile.reports.plan_markdown_page import (
    FOOT,
    LIMIT,
    Section,
    details,
    fitted,
)
from reconcile.reports.plan_markdown_words import (
    Writing,
    acted_on,
    all_sides,
    header,
    key,
    row,
    sentence,
    sentences,
    several,
)
from reconcile.reports.plan_told import not_possible
from reconcile.reports.plan_view import Group, grouped, parts
from reconcile.reports.problems_text import in_order
from reconcile.reports.verdict import Verdict, report_verdict
from reconcile.reports.words import count, field_words

_UNDO: Final = (
    "To undo: revert this pull request. Deleted things come back as new ones, without "
    "their order history."
)
_PLAN: Final = 2_000
"""Characters that the plan below an outcome gets at least, or it is left out."""


def render_invalid(
    problems: Iterable[Problem], about: About, *, limit: int = LIMIT
) -> str:
    """The comment on a catalog with mistakes, of which no plan was made."""
    found = in_order(problems)
    wrong = len(errors(found))
    writing = Writing.of(Plan(Tenant(""), "", ""), about)
    rows = tuple(
        f"- {'❌' if problem.severity == 'error' else '⚠️'} "
        f"{writing.place(problem.where)} {sentence(problem.rule)}: "
        f"{sentence(' '.join(problem.message.split()))}"
        for problem in sorted(found, key=lambda p: p.severity)
    )
    verdict = Verdict("❌", f"Catalog invalid: {count(wrong, 'mistake')}", "stop")
    sections = [
        head(verdict, "No plan was made, and nothing can be applied."),
        Section("", rows, noun="more problems", weight=80),
        foot(about),
    ]
    return fitted(sections, about, limit)


def render_unread(words: str, about: About) -> str:
    """The comment where Traede could not be read whole, so that there is no plan."""
    said = "Catalog plan: Traede could not be read completely"
    why = f"Why: {sentence(words).rstrip('.')}. No plan was made; run again."
    if about.run_url:
        why += f" [{sentence(about.run_name) or 'This run'}]({about.run_url})"
    return fitted([head(Verdict("❓", said, "stop"), why), foot(about)], about)


def render_not_applied(plan: Plan, about: About, *, limit: int = LIMIT) -> str:
    """After a merge of a plan that is blocked."""
    verdict = Verdict("🛑", "Not applied: blocked. Nothing was written", "stop")
    sections = [head(verdict), *plan_sections(plan, about), foot(about)]
    return fitted(sections, about, limit)


def render_outcome(report: Report, about: About, *, limit: int = LIMIT) -> str:
    """After a merge: what became of the plan, which stands below, folded."""
    writing = Writing.of(report.plan, about)
    verdict = report_verdict(report, about.applied_at)
    sections = [head(verdict), *_outcome(report, writing)]
    end = foot(about)
    room = limit - sum(len(section.text("")) + 2 for section in (*sections, end))
    if room > _PLAN and report.plan.steps:
        plan = fitted(plan_sections(report.plan, about), about, room - 100).rstrip()
        sections.append(
            Section(details("The plan", plan), weight=1, noun="The plan is")
        )
    return fitted([*sections, end], about, limit)


def _outcome(report: Report, writing: Writing) -> Iterator[Section]:
    about = writing.about
    for said in report.settled:
        yield Section(sentence(said), weight=FOOT - 1)
    rows = tuple(_rows(report, writing))
    table = header("", "Style", "Why", "Where")
    if rows:
        yield Section("", rows, table, noun="more", weight=80)
    if report.stopped:
        said = f"Stopped before the end: {sentence(report.stopped)}"
        yield Section(said, weight=FOOT - 1)
    if report.exit_code:
        run = f" · [{sentence(about.run_name) or 'The run'}]({about.run_url})"
        on = sentence(how_on(report, about.when_refused))
        said = f"{on}{run if about.run_url else ''}"
        yield Section(said, weight=FOOT)
    if report.changed:
        yield Section(_UNDO, weight=FOOT)


def _rows(report: Report, writing: Writing) -> Iterator[str]:
    for fate in fates(report, show_personal=False):
        yield row(
            RESULT_WORDS[fate.result],
            _whom(fate, writing),
            sentence(fate.words),
            _where(fate, writing),
        )
    for one in not_possible(report.plan.refused):
        first, *more = one.refs
        whom = several(writing, one.refs) if more else writing.acted_on(first)
        said = sentences(one.reason, one.hint)
        yield row("not possible", whom, said, writing.place(one.source))
    for group in grouped(report.plan.conflicts):
        said = "<br>".join(_in_conflict(group, writing))
        where = writing.place(group.source)
        yield row("in conflict", writing.who(group.ref), said, where)
    for step_id, paths in sorted(report.not_converged.items()):
        if result := report.results.get(step_id):
            ref = result.step.ref
            gone: dict[Path, str] = {
                ("delete",): "still there",
                ("create",): "not there",
            }
            words = [gone.get(path) or field_words(ref.kind, path) for path in paths]
            said = sentence(", ".join(dict.fromkeys(words)))
            place = writing.place(result.step.source)
            yield row("not as sent", writing.who(ref), said, place)


def _in_conflict(group: Group, writing: Writing) -> Iterator[str]:
    for part in parts(group, lambda change: change.held and change.cause == "both"):
        kind = part.refs[0].kind
        whose = "" if part.refs[0] == group.ref else f"{writing.named(part.refs)}, "
        field = sentence(field_words(kind, part.change.path))
        yield f"{whose}{field}: {all_sides(kind, part.change)}"


def _whom(fate: Fate, writing: Writing) -> str:
    variants = [step.ref for step in fate.steps if step.ref != fate.root]
    own = next((step for step in fate.steps if step.ref == fate.root), None)
    if own is None:
        return f"{_called(fate, writing)}: {acted_on(writing, variants)}"
    variants += [ref for ref in own.cascade if ref not in variants]
    said = _called(fate, writing)
    return f"{said}, {count(len(variants), 'variant')}" if variants else said


def _called(fate: Fate, writing: Writing) -> str:
    name = next((step.name for step in fate.steps if step.name), "")
    if not name:
        return writing.who(fate.root)
    return f"{key(fate.root)} {sentence(name, 120)}"


def _where(fate: Fate, writing: Writing) -> str:
    places = (step.source for step in fate.steps if step.source is not None)
    return writing.place(next(places, None))
