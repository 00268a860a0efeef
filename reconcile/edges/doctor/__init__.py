"""Looks at one account and says what works there; writes nothing.

    access     connection, token, headers, clock, brand
    addresses  which path of each family answers
    reading    pages, limits, includes, lists, filters
    fields     what rows hold, and in which forms
    writing    an empty list to each sync path, only if asked to

Every question is a GET. A question that cannot be put is `unknown`, and the next one
is put all the same; only where nobody answers or nobody is let in the visit ends.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from reconcile.core.config import TraedeSettings
from reconcile.core.diagnosis import Diagnosis, Finding, Section
from reconcile.edges.doctor.access import let_in, open_lists, told_by_the_way
from reconcile.edges.doctor.addresses import find_core, find_others
from reconcile.edges.doctor.fields import fields_and_forms
from reconcile.edges.doctor.reading import (
    filters,
    includes,
    paging,
    usable_limit,
    walk_all,
)
from reconcile.edges.doctor.visit import Connect, CutOff, Visit
from reconcile.edges.doctor.writing import sync_paths

__all__ = ["Connect", "examine"]

Checks = Iterator[tuple[str, list[Finding]]]

TITLES = ("Access", "Addresses", "Reading", "Fields", "Writing")


def examine(
    connect: Connect,
    settings: TraedeSettings,
    *,
    clock: Callable[[], datetime.datetime],
    say: Callable[[str], None] = lambda _: None,
    probe_sync: bool = False,
) -> Diagnosis:
    """Every check, in sections; the settings are corrected where they do not work."""
    found: dict[str, list[Finding]] = {title: [] for title in TITLES}
    with Visit(connect, settings, clock) as visit:
        cut_off = False
        try:
            for title, findings in _checks(visit, say, probe_sync=probe_sync):
                found[title] += findings
        except CutOff as end:
            found["Access"].append(end.finding)
            cut_off = True
        sections = [Section(title, tuple(found[title])) for title in TITLES]
        return Diagnosis(
            tuple(section for section in sections if section.findings),
            settings,
            visit.settings,
            cut_off,
        )


def _checks(visit: Visit, say: Callable[[str], None], *, probe_sync: bool) -> Checks:
    say(f"Asking {visit.settings.url}")
    yield "Addresses", [find_core(visit)]
    kinds = open_lists(visit)
    yield "Access", let_in(visit, kinds)
    yield "Addresses", find_others(visit)
    yield "Reading", usable_limit(visit, kinds)
    yield "Reading", includes(visit, kinds)
    say("Reading every list")
    lists, findings = walk_all(visit, kinds)
    yield "Reading", findings
    yield "Reading", paging(visit, lists)
    yield "Reading", filters(visit, lists)
    yield "Access", told_by_the_way(visit, lists)
    yield "Fields", fields_and_forms({one.kind: one.rows for one in lists})
    yield "Writing", sync_paths(visit, probe_sync=probe_sync)
