"""What is promised of plans, and the case that shows each promise.

One row a promise: of the comparison (each row of its table), of guards, rules,
approvals, refusals, causes, renames. Renames that no files can mean, such as swaps of
two keys, are problems of the catalog: `core/test_checks.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from reconcile.core.rules import RULES

HERE = Path(__file__).parent
CORE = HERE.parent / "reconcile" / "core"

COMPARISON: Mapping[str, str] = {
    "written, absent, not in the ledger: create": "010",
    "written, absent, in the ledger: created again, held": "040",
    "written, absent, in the ledger: no opening stock": "041",
    "written, its id live under another key: refused": "042 281",
    "written, present, not in the ledger: adopt": "020 022",
    "written, present: update what differs": "021 030",
    "written, present, unchanged": "032 164 282",
    "written, present under another id": "043",
    "written, present, retired by us: revive": "050 163 167 290 291",
    "absent, present, the same id: delete": "060 061 062 295",
    "absent, present, no delete in Traede: retire": "063 161",
    "absent, present, retired by us: nothing": "051",
    "absent, present, not in the ledger: unmanaged": "064",
    "absent, present, another id: unmanaged": "289",
    "absent, absent, in the ledger: forget": "065",
    "tombstone: delete once": "070 292",
    "tombstone: spent afterwards": "071 292 293",
    "renamed_from: in place": "080 276 277 278 279 280",
    "renamed_from: done": "081 282 284",
    "renamed_from: neither is there": "082",
    "renamed_from: both are there": "083",
    "key that two objects share": "095",
}
FIELDS: Mapping[str, str] = {
    "cause catalog": "030 294",
    "cause drift": "120 285",
    "cause both": "121",
    "blind: against what was applied, or unknown": "022 031 032",
    "drift is held beside what is written": "123",
    "drift is written on demand, or as configured": "122 124 155",
    "released": "033",
    "cleared": "036",
    "only on creation": "035",
    "accepted and returned otherwise": "037 164",
    "events only when new": "022 034",
    "personal data is hidden": "140 254 272",
}
DELETES: Mapping[str, str] = {
    "cause: the file is gone": "286 113",
    "cause: the entry is gone": "060 061 162",
    "cause: a tombstone": "070 292",
    "the last variant goes with its product": "093 160",
    "deletes of variants after creates": "296",
    "a combination that is taken over: before": "132",
    "categories with what is below them": "062 270",
    "refused by Traede: archived": "287",
    "refused by Traede: failed, as configured": "288",
    "left out on demand": "066",
    "a plan of a part deletes nothing else": "172 275",
}
GUARDS: Mapping[str, str] = {
    "delete-limit": "110 168 169",
    "delete-limit: the percentage, tombstones too": "247",
    "delete-limit: going off sale": "240",
    "protected": "111 241 242 166",
    "protected: survives a rename": "245 248 299",
    "protected: ended by `protect: false`, applied": "243 244 246",
    "protected from now on, or no longer: said": "304 305",
    "live-shrunk": "114 302",
    "live-shrunk: a variant goes with its product": "300",
    "live-shrunk: what is taken out is only forgotten": "301",
    "empty-catalog": "113",
    "tenant": "112",
    "rules raised to errors": "201 205 207",
}
APPROVALS: Mapping[str, str] = {
    "a line lets through what it names": "230 237 238 239",
    "a line for deletes covers a part": "231",
    "and nothing else": "232 234 236",
    "by hand": "235 170",
    "not signed: nothing": "303",
    "an unused line": "233",
}
REFUSALS: Mapping[str, str] = {
    "several … in Traede share this key (ids …)": "095",
    "somebody renamed it in Traede: it is … there now": "042 281",
    "Traede does not show what is below its categories, so nobody can tell whether "
    "it is there": "269",
    "it is not in Traede yet, and a new … needs …": "096 268",
    "it waits for its product …": "042 281",
    "in Traede this SKU belongs to product …": "090 263",
    "Traede's variants of this product have no attribute …": "091 264",
    "it has no … price in Traede yet, and a new price needs `sales_price`": "098",
    "… differs only by capitals or spaces from …, which Traede has": "266",
    "it looks like … is to become …, and Traede cannot move a category": "267",
    "it looks like … is to become …": "297",
    "none of its variants can be created, and a product needs one": "268",
    "… is … in Traede already": "259",
    "they trade places: …": "092 131 260",
    "it needs the …, which Traede does not have…": "099 267",
    "it needs the … of …, which is held: it was deleted in Traede": "271",
    "it needs the … of …, which is refused": "271",
    "Traede has variants of it that this catalog does not manage: …": "097 152",
    "the catalog writes its variants under another product: … under …": "306",
    "the variants of product … stand under a new item number, …, and Traede cannot "
    "move a variant": "253",
    "it is the last variant of its product, and a product keeps one": "093 160 249",
    "Traede does not show what is below it, and that would go too": "269",
    "it would take these categories with it: …": "270",
    "products would lose it that are to stay in it: …": "094 100",
    "Traede has both … and …": "083",
    "in Traede … belongs to product …": "262",
}
"""The reasons, as a person reads them; `…` is what differs."""
RENAMES: Mapping[str, str] = {
    "chains": "085 283 284",
    "children and styles carried": "084 277 280",
    "parent and child at once": "277",
    "with other changes": "278 285",
    "with orders": "276",
    "of each kind": "080 084 279 280 283",
    "in Traede meanwhile": "156 281 282 298",
    "in Traede, and the catalog follows": "248",
    "attributes freed by an update": "130 261 265",
    "swaps and circles of attributes": "092 260",
    "pairs that look like one: variants": "131 132 250 251",
    "pairs that look like one: products": "252 253 257",
    "pairs that look like one: others": "254 255 256 297",
    "pairs that do not": "258",
}
SAVED: Mapping[str, str] = {
    "what changed after the plan is not overwritten": "150 153",
    "what was done after the plan is done": "151 156",
    "nothing more than was saved": "152 155 165",
}
ALL = (
    COMPARISON,
    FIELDS,
    DELETES,
    GUARDS,
    APPROVALS,
    REFUSALS,
    RENAMES,
    SAVED,
)
ROWS = [(promise, cases) for table in ALL for promise, cases in table.items()]


@pytest.mark.parametrize("cases", [row[1] for row in ROWS], ids=[r[0] for r in ROWS])
def test_every_promise_has_its_cases(cases: str) -> None:
    assert [len(_plans(number)) for number in cases.split()] == [1] * len(cases.split())


@pytest.mark.parametrize(("reason", "cases"), REFUSALS.items(), ids=REFUSALS)
def test_every_refusal_is_shown_by_its_cases(reason: str, cases: str) -> None:
    for number in cases.split():
        after = [path.with_name("next.txt") for path in _plans(number)]
        plans = [*_plans(number), *(path for path in after if path.exists())]
        texts = " ".join(path.read_text(encoding="utf-8") for path in plans)
        words = re.sub(r"\s+", " ", texts).replace('\\"', '"')
        assert _pattern(reason).search(words), number


def test_every_refusal_in_the_code_has_a_row() -> None:
    said = {*_said_in_code()}
    assert len(said) >= len(REFUSALS)
    assert [piece for piece in said if not any(piece in row for row in REFUSALS)] == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_case_as_a_warning_and_one_as_an_error(rule: str) -> None:
    plans = [path.read_text(encoding="utf-8") for path in _plans("")]
    assert any(f'"rule": "{rule}"' in text for text in plans)
    assert any(f'"guard": "{rule}"' in text for text in plans)


def _plans(number: str) -> list[Path]:
    return sorted((HERE / "cases").glob(f"{number}*/plan.json"))


def _pattern(reason: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, reason.split("…"))))


def _said_in_code() -> Iterator[str]:
    """What stands literally in the reasons of all refusals, piece by piece."""
    for file in (*(CORE / "planning").glob("*.py"), CORE / "renames.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                yield from _reasons_of(function)


def _reasons_of(function: ast.FunctionDef) -> Iterator[str]:
    nodes = [*ast.walk(function)]
    named = [
        (target.id, node.value)
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    for node in nodes:
        if not isinstance(node, ast.Call) or len(node.args) < _REASON + 1:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name not in ("refuse", "_refuse"):
            continue
        reason = node.args[_REASON]
        sides = [value for key, value in named if ast.unparse(reason) == key]
        for part in sides or [reason]:
            yield from _pieces(part)


_REASON = 2
"""Which argument it is, of both."""


def _pieces(part: ast.AST) -> Iterator[str]:
    for node in ast.walk(part):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            piece = node.value.strip(' "(:),')
            if len(piece) >= _TELLING:
                yield piece


_TELLING = 12
"""A piece of this length says which refusal it is."""
