"""Broken variants of the planner, and the cases that must notice.

Each is a mistake that somebody could make: a condition left out, turned round, or
moved by one. `old` stands once in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    file: str
    old: str
    new: str
    cases: tuple[str, ...]


_DIFF: Final = "core/diff.py"
_RENAMES: Final = "core/renames.py"
_OBJECTS: Final = "core/planning/objects.py"
_REMOVALS: Final = "core/planning/removals.py"
_OBSTACLES: Final = "core/planning/obstacles.py"
_GUARDS: Final = "core/planning/guards.py"
_APPROVING: Final = "core/planning/approving.py"
_SUMMARY: Final = "core/planning/summary.py"
_LOOKALIKES: Final = "core/planning/lookalikes.py"
_LIKENESS: Final = "core/planning/likeness.py"
_CAUTIONS: Final = "core/planning/cautions.py"
_LEDGER: Final = "core/ledger.py"
_SAVED: Final = "core/saved.py"
_RECHECK: Final = "core/recheck.py"
_APPROVALS: Final = "core/approvals.py"
_VALUES: Final = "core/rules/values.py"
_MOVES: Final = "core/rules/moves.py"
_JUDGING: Final = "core/rules/judging.py"

MUTANTS: Final = (
    # --- deletes
    Mutant(
        "deletes what is in Traede under another id",
        _REMOVALS,
        "elif live.remote_id == row.remote_id and not row.retired:",
        "elif not row.retired:",
        ("289-unmanaged-under-another-id",),
    ),
    Mutant(
        "deletes what is retired once more",
        _REMOVALS,
        "elif live.remote_id == row.remote_id and not row.retired:",
        "elif live.remote_id == row.remote_id:",
        ("051-retired",),
    ),
    Mutant(
        "deletes what a refused rename is about",
        _REMOVALS,
        "or ref in draft.renamed.blocked or row.spent:",
        "or row.spent:",
        ("262-sku-of-another-product-by-rename",),
    ),
    Mutant(
        "deletes what came back under a spent tombstone",
        _OBJECTS,
        "return tombstone.spent or archived",
        "return archived",
        ("071-tombstone-spent",),
    ),
    Mutant(
        "retires what a tombstone has retired",
        _OBJECTS,
        "return tombstone.spent or archived",
        "return tombstone.spent",
        ("292-tombstones",),
    ),
    Mutant(
        "deletes a product over variants that are not ours",
        _REMOVALS,
        "        if unmanaged:",
        "        if False:",
        ("097-unmanaged-variants",),
    ),
    Mutant(
        "deletes a product whose variants are written elsewhere",
        _REMOVALS,
        "        if moved:",
        "        if False:",
        ("253-looks-like-a-product-with-its-skus",),
    ),
    Mutant(
        "plans a delete of each variant beside that of its product",
        _REMOVALS,
        "live.parent in gone or live.parent in draft.tombstones",
        "live.parent in draft.tombstones",
        ("060-delete",),
    ),
    Mutant(
        "leaves out which variants go along",
        _REMOVALS,
        'cascade if kind.name == "product" else (),',
        "(),",
        ("060-delete",),
    ),
    Mutant(
        "deletes the last variant of a product",
        _REMOVALS,
        "if len(draft.variants[product]) > len(deletes):",
        "if len(draft.variants[product]) >= len(deletes):",
        ("093-last-variant",),
    ),
    Mutant(
        "deletes the last variant before the new one comes",
        _REMOVALS,
        "draft.steps[step.ref] = replace(step, requires=needed)\n            continue",
        "draft.steps[step.ref] = step\n            continue",
        ("296-variant-deletes-come-last",),
    ),
    Mutant(
        "counts a held create as a variant that comes",
        _REMOVALS,
        'elif step.action == "create" and not step.held:',
        'elif step.action == "create":',
        ("160-last-variant-beside-a-held-one",),
    ),
    Mutant(
        "deletes a category over styles that are to stay",
        _REMOVALS,
        "elif holders:",
        "elif False:",
        ("094-category-with-products",),
    ),
    Mutant(
        "deletes a category over a style that is put into it",
        _REMOVALS,
        "if wanted is not UNKNOWN and category.key in (wanted or ()):",
        "if False:",
        ("100-category-still-used",),
    ),
    Mutant(
        "deletes a category over sub categories that are not ours",
        _REMOVALS,
        "elif kept:",
        "elif False:",
        ("270-category-with-other-children",),
    ),
    Mutant(
        "deletes a category whose children nobody can see",
        _REMOVALS,
        "if (CHILDREN,) in draft.renamed.objects[step.ref].opened:",
        "if False:",
        ("269-hidden-sub-categories",),
    ),
    Mutant(
        "deletes a category before its styles have left it",
        _REMOVALS,
        '{f"delete:{ref}" for ref in children} | leaving',
        '{f"delete:{ref}" for ref in children}',
        ("255-looks-like-a-category",),
    ),
    Mutant(
        "retires a collection that is off sale already",
        _REMOVALS,
        "if KINDS[ref.kind].delete is None and live.values.get",
        "if KINDS[ref.kind].delete is not None and live.values.get",
        ("161-collection-off-sale-already",),
    ),
    Mutant(
        "forgets --no-delete",
        _REMOVALS,
        "if not draft.options.no_delete:",
        "if True:",
        ("066-no-delete",),
    ),
    Mutant(
        "takes a file that is gone for an entry",
        _REMOVALS,
        'gone = "entry" if source in draft.catalog.files else "file"',
        'gone = "entry"',
        ("286-file-removed",),
    ),
    Mutant(
        "takes the old file of a moved style for the cause",
        _REMOVALS,
        "source = above.source.location.file if above else row.source",
        "source = row.source",
        ("162-variant-removed-from-a-moved-style",),
    ),
    # --- creates, updates, revivals
    Mutant(
        "creates again without asking",
        _OBJECTS,
        'cause: Cause = "drift" if again else "catalog"',
        'cause: Cause = "catalog"',
        ("040-create-again",),
    ),
    Mutant(
        "gives opening stock a second time",
        _DIFF,
        'if value is not None\n        and not (cause == "drift" and',
        'if value is not None\n        and not (cause == "both" and',
        ("041-create-again-written",),
    ),
    Mutant(
        "creates beside what was renamed in Traede",
        _OBJECTS,
        "if row is not None and (now := by_id.get((ref.kind, row.remote_id))):",
        "if row is None and (now := by_id.get((ref.kind, 0))):",
        ("042-renamed-in-traede", "281-renamed-in-traede-meanwhile"),
    ),
    Mutant(
        "trusts what was applied to another object",
        _OBJECTS,
        "if row is not None and row.remote_id != live.remote_id:",
        "if row is not None and row.remote_id == 0:",
        ("043-another-id",),
    ),
    Mutant(
        "writes a SKU that is another product's",
        _OBJECTS,
        'if ref.kind == "variant" and live.parent != desired.parent:',
        'if ref.kind == "variant" and live.parent is None:',
        ("090-sku-of-another-product",),
    ),
    Mutant(
        "writes new attribute names",
        _OBJECTS,
        "    if new_names:",
        "    if new_names and row is None:",
        ("091-attribute-names",),
    ),
    Mutant(
        "writes a new currency without its sales price",
        _OBJECTS,
        "if live.at(path) is MISSING and desired.values.get(path) is None",
        "if live.at(path) is MISSING and path not in desired.values and not path",
        ("098-new-currency",),
    ),
    Mutant(
        "revives without putting back on sale",
        _OBJECTS,
        "changes = (*_hold(draft, changes), *_revival(desired, live, row, changes))",
        "changes = _hold(draft, changes)",
        ("290-revive-a-variant",),
    ),
    Mutant(
        "revives over what the catalog says",
        _OBJECTS,
        "if path in desired.values or path in planned:",
        "if path in planned:",
        ("163-revive-off-sale",),
    ),
    Mutant(
        "sees no sub category where none is shown",
        _OBJECTS,
        "return above is not None and (CHILDREN,) in above.opened",
        "return False",
        ("269-hidden-sub-categories",),
    ),
    Mutant(
        "writes conflicts",
        _OBJECTS,
        'if change.cause != "catalog" else change',
        'if change.cause == "drift" else change',
        ("121-both",),
    ),
    Mutant(
        "does not hold",
        _OBJECTS,
        'if draft.options.write_drift or draft.config.drift == "write":',
        "if True:",
        ("120-held", "271-needs-what-is-held"),
    ),
    Mutant(
        "does not know `drift: write`",
        _OBJECTS,
        'if draft.options.write_drift or draft.config.drift == "write":',
        "if draft.options.write_drift:",
        ("124-drift-write",),
    ),
    Mutant(
        "creates what lacks what it needs",
        _OBJECTS,
        "    if lacking:",
        "    if False:",
        ("096-create-lacks-something",),
    ),
    # --- comparing
    Mutant(
        "takes drift for a conflict",
        _DIFF,
        'return "drift" if mark == last else "both"',
        'return "both"',
        ("120-held",),
    ),
    Mutant(
        "takes a conflict for drift",
        _DIFF,
        'return "drift" if mark == last else "both"',
        'return "drift"',
        ("121-both",),
    ),
    Mutant(
        "takes what was never applied for drift",
        _DIFF,
        "if isinstance(last, Unknown) or unmoved:",
        "if unmoved:",
        ("021-adopt-and-update",),
    ),
    Mutant(
        "sends blind fields every time",
        _DIFF,
        "    if last == mark:\n        return\n",
        "",
        ("032-blind-unchanged",),
    ),
    Mutant(
        "clears blind fields of what it adopts",
        _DIFF,
        "if applied is not None or value not in (None, []):",
        "if True:",
        ("022-adopt-blind-fields",),
    ),
    Mutant(
        "sends events to what it adopts",
        _DIFF,
        'if applied is None or spec.name == "inventory":',
        'if spec.name == "inventory":',
        ("022-adopt-blind-fields",),
    ),
    Mutant(
        "sends images again",
        _DIFF,
        'new = [entry for entry in value if entry["url"] not in known]',
        "new = list(value)",
        ("034-image-added",),
    ),
    Mutant(
        "compares what counts on creation only",
        _DIFF,
        "if top.name in desired.only_on_create:",
        "if top.name in desired.only_on_create and applied is None:",
        ("035-only-on-create",),
    ),
    Mutant(
        "takes away addresses that are not ours",
        _DIFF,
        "if applied is not None and _all_ours(spec, live, applied, seal)",
        "if applied is not None",
        ("272-address-stays",),
    ),
    Mutant(
        "plans again what Traede returns in another form",
        _DIFF,
        "elif last == mark and returned == seen_mark:",
        "elif last == mark and returned == mark:",
        ("164-returned-otherwise",),
    ),
    # --- attributes
    Mutant(
        "does not wait for attributes to be freed",
        _OBSTACLES,
        "step, requires=(*step.requires, other.id)",
        "step, requires=step.requires",
        ("130-attributes-freed", "261-chain-of-attributes"),
    ),
    Mutant(
        "takes the attributes of a variant that stays",
        _OBSTACLES,
        "if holder is None or holder == step.ref or not target or step.held:",
        "if holder is None or holder not in draft.steps or holder == step.ref:",
        ("259-combination-of-one-that-stays",),
    ),
    Mutant(
        "plans a swap",
        _OBSTACLES,
        "    _refuse_cycles(draft)\n",
        "",
        ("092-swap", "260-cycle-of-three"),
    ),
    Mutant(
        "does not see that a delete frees attributes",
        _OBSTACLES,
        '    if step.action == "delete":\n        return True\n',
        '    if step.action == "delete":\n        return False\n',
        ("132-takes-over-attributes",),
    ),
    # --- what stands in the way
    Mutant(
        "moves a category by deleting it",
        _OBSTACLES,
        "for old in gone.get(fold(_last_name(step.ref)), ()):",
        "for old in gone.get(step.ref.key, ()):",
        ("267-category-move", "297-looks-like-a-category-with-children"),
    ),
    Mutant(
        "creates beside a key that differs by capitals",
        _OBSTACLES,
        "step = creates.get((ref.kind, fold(ref.key)))",
        "step = creates.get((ref.kind, ref.key.upper()))",
        ("266-another-spelling",),
    ),
    Mutant(
        "creates a product without variants",
        _OBSTACLES,
        "and step.ref not in coming",
        "and False",
        ("268-no-variant-can-be-created",),
    ),
    Mutant(
        "creates before what it refers to",
        _OBSTACLES,
        "needed.append(maker.id)",
        "pass",
        ("010-create",),
    ),
    Mutant(
        "refers to what is nowhere",
        _OBSTACLES,
        "                if not step.held:\n                    _refuse_reference",
        "                if step.held:\n                    _refuse_reference",
        ("099-reference-not-there",),
    ),
    Mutant(
        "writes what needs something refused",
        _OBSTACLES,
        "        if not stopped:\n            return\n",
        "        return\n",
        ("271-needs-what-is-held",),
    ),
    # --- renames
    Mutant(
        "renames onto a key that is taken",
        _RENAMES,
        "if before and (after or moving.parent_of(before) != desired.parent):",
        "if before and moving.parent_of(before) != desired.parent:",
        ("083-rename-both-present",),
    ),
    Mutant(
        "renames a variant into another product",
        _RENAMES,
        "if before and (after or moving.parent_of(before) != desired.parent):",
        "if before and after:",
        ("262-sku-of-another-product-by-rename",),
    ),
    Mutant(
        "leaves the children of a category behind",
        _RENAMES,
        'if ref.kind == "category" and ref.key.startswith(start):',
        "if False:",
        ("084-rename-category", "277-rename-parent-and-child"),
    ),
    Mutant(
        "leaves references behind",
        _RENAMES,
        "    _carry(out.objects, moving.live_names)\n",
        "",
        ("084-rename-category",),
    ),
    Mutant(
        "leaves the row behind",
        _RENAMES,
        "            ledger[moved] = replace(row, ref=moved)\n",
        "",
        ("080-rename", "245-protection-follows-a-rename"),
    ),
    Mutant(
        "renames a chain from the wrong end",
        _RENAMES,
        "return (moving.freed[new],) if new in moving.freed else ()",
        "return ()",
        ("085-rename-chain", "283-rename-chain-of-variants"),
    ),
    Mutant(
        "forgets what was renamed in Traede",
        _RENAMES,
        "    _follow_by_id(moving, catalog)\n",
        "",
        ("248-catalog-follows-a-rename-in-traede",),
    ),
    Mutant(
        "creates a second one of what was renamed in Traede",
        _RENAMES,
        "elif moving.renamed_by_hand(old):",
        "elif False:",
        ("281-renamed-in-traede-meanwhile",),
    ),
    Mutant(
        "takes a chain that is done for two that are there",
        _RENAMES,
        "        and old in catalog.objects\n",
        "        and old not in catalog.objects\n",
        ("284-rename-chain-done",),
    ),
    # --- pairs
    Mutant(
        "points out pairs that a refusal has told of",
        _LOOKALIKES,
        "if not _told(draft, was, now):",
        "if True:",
        ("131-looks-like-a-rename",),
    ),
    Mutant(
        "points one out for several",
        _LOOKALIKES,
        "if was not in taken and now not in taken:",
        "if True:",
        ("257-likeliest-of-two-products",),
    ),
    Mutant(
        "takes the first pair for the likeliest",
        _LOOKALIKES,
        "return -sum(sign.weight for sign in signs), -alike, was, now",
        "return 0, -alike, was, now",
        ("257-likeliest-of-two-products",),
    ),
    Mutant(
        "has variants move to another product",
        _LOOKALIKES,
        "if old.parent and _under(old, became) != new.parent:",
        "if False:",
        ("251-looks-like-a-variant-elsewhere",),
    ),
    Mutant(
        "does not look at bar codes",
        _LIKENESS,
        'yield Sign(3, "the same EAN", ean)',
        "pass",
        ("250-looks-like-a-variant",),
    ),
    # --- guards and approvals
    Mutant(
        "counts to one more",
        _GUARDS,
        "if len(absent) <= limits.max and not percent:",
        "if len(absent) <= limits.max + 1 and not percent:",
        ("168-one-more-than-the-limit",),
    ),
    Mutant(
        "counts to one less",
        _GUARDS,
        "if len(absent) <= limits.max and not percent:",
        "if len(absent) < limits.max and not percent:",
        ("169-as-many-as-the-limit",),
    ),
    Mutant(
        "does not look at the percentage",
        _GUARDS,
        "percent = keys >= FEW_KEYS and",
        "percent = keys < 0 and",
        ("247-tombstones-and-the-percentage",),
    ),
    Mutant(
        "does not count what goes off sale",
        _GUARDS,
        'if step.action in ("delete", "archive") or _goes_off_sale(step):',
        'if step.action in ("delete", "archive"):',
        ("240-off-sale",),
    ),
    Mutant(
        "forgets the variants that a product protects",
        _GUARDS,
        "for ref in (step.ref, *step.cascade):",
        "for ref in (step.ref,):",
        ("241-protected-variant",),
    ),
    Mutant(
        "retires what is protected",
        _GUARDS,
        'if step.action not in ("delete", "archive"):',
        'if step.action != "delete":',
        ("242-protected-collection",),
    ),
    Mutant(
        "lets a line cover more than it names",
        _APPROVING,
        "and {*keys_of(block.ids)} <= {*line.keys}",
        "and {*keys_of(block.ids)} & {*line.keys}",
        ("232-approved-too-little",),
    ),
    Mutant(
        "lets a line cover only all that it names",
        _APPROVING,
        "and {*keys_of(block.ids)} <= {*line.keys}",
        "and {*keys_of(block.ids)} == {*line.keys}",
        ("231-approved-a-part",),
    ),
    Mutant(
        "believes the keys of a line",
        _APPROVING,
        "and _is_whole(line, tenant)\n        and",
        "and",
        ("234-approval-edited",),
    ),
    Mutant(
        "makes the same id for other findings",
        _APPROVALS,
        "facts = sorted(json.dumps(list(one), ensure_ascii=False) for one in findings)",
        "facts = sorted(json.dumps(guard) for one in findings)",
        ("170-approved-others-by-hand",),
    ),
    Mutant(
        "takes any brand for ours",
        _GUARDS,
        "if wanted is not None and found is not None and wanted != found:",
        "if wanted is not None and found is None:",
        ("112-tenant",),
    ),
    Mutant(
        "takes a shop that lost everything for whole",
        _GUARDS,
        "if len(gone) >= 3 and",
        "if len(gone) >= 99 and",
        ("114-live-shrunk",),
    ),
    Mutant(
        "takes the variants of a style that is gone for more that is gone",
        _GUARDS,
        'return ref.kind != "variant" or parent is None or parent in planned.objects',
        "return parent is None or ref in planned.ledger",
        ("300-style-deleted-in-traede",),
    ),
    Mutant(
        "takes an empty catalog for a wish",
        _GUARDS,
        "if managed and not catalog.objects:",
        "if not managed and not catalog.objects:",
        ("113-empty-catalog",),
    ),
    Mutant(
        "counts what is held as done",
        _SUMMARY,
        "        if not step.held:\n            count(step.action",
        "        if True:\n            count(step.action",
        ("120-held",),
    ),
    Mutant(
        "counts theirs as ours",
        _SUMMARY,
        "if ref not in draft.catalog.objects and not ours and ref not in going:",
        "if not ours and ref not in going and ref in draft.catalog.objects:",
        ("064-unmanaged",),
    ),
    Mutant(
        "says nothing of members that may be lost",
        _CAUTIONS,
        "if path not in desired.values and live.at(path) is UNKNOWN:",
        "if path in desired.values and live.at(path) is UNKNOWN:",
        ("273-unprotected-member",),
    ),
    # --- the ledger
    Mutant(
        "ends the protection of what no longer says it",
        _LEDGER,
        "protected=protected if desired.protect is None else desired.protect,",
        "protected=bool(desired.protect),",
        ("244-protection-outlives-the-word",),
    ),
    Mutant(
        "never ends a protection",
        _LEDGER,
        "protected=protected if desired.protect is None else desired.protect,",
        "protected=protected or bool(desired.protect),",
        ("243-protection-ended",),
    ),
    Mutant(
        "remembers held fields as applied",
        _LEDGER,
        "        elif path in old_sent:\n            values[path] = old_sent[path]\n",
        "        elif path in old_sent:\n            values[path] = mark\n",
        ("121-both",),
    ),
    Mutant(
        "does not remember what was retired",
        _LEDGER,
        "remote_id=live.remote_id, retired=True)",
        "remote_id=live.remote_id)",
        ("287-delete-refused",),
    ),
    # --- saved plans, and the look before the write
    Mutant(
        "writes more than was saved",
        _SAVED,
        "replace(change, held=change.path not in shown) for change",
        "change for change",
        ("155-saved-with-drift", "165-saved-and-drift-beside"),
    ),
    Mutant(
        "overwrites what changed after the plan",
        _SAVED,
        "return f\"{' '.join(change.path)} was changed in Traede after the plan\"",
        'return ""',
        ("150-saved-and-changed-meanwhile",),
    ),
    Mutant(
        "takes another object for the one that was planned",
        _SAVED,
        "if saved.remote_id != fresh.remote_id:",
        "if False:",
        ("153-saved-and-made-anew-meanwhile",),
    ),
    Mutant(
        "takes what was refused for done",
        _SAVED,
        "if str(step.ref) in refused:",
        "if False:",
        ("152-saved-and-more-meanwhile",),
    ),
    Mutant(
        "writes what is done already",
        _RECHECK,
        "    if all(_moved_and_shows(live, c) for c in step.written):\n"
        '        return Recheck("as desired")\n',
        "",
        ("291-revive-as-written",),
    ),
    # --- rules
    Mutant(
        "finds no price of 0",
        _VALUES,
        'subject.at(path) == "0":',
        'subject.at(path) == "0.00":',
        ("204-price-zero",),
    ),
    Mutant(
        "takes a retail price of 0 for one",
        _VALUES,
        'subject.at(path) in (None, "0", MISSING):',
        "subject.at(path) in (None, MISSING):",
        ("206-retail-missing",),
    ),
    Mutant(
        "takes the same price for above",
        _VALUES,
        "and high > low:",
        "and high >= low:",
        ("208-offer-above-price",),
    ),
    Mutant(
        "asks for currencies of what is not on sale",
        _VALUES,
        "if not priced or not _on_sale(subject):",
        "if not priced:",
        ("214-currency-missing",),
    ),
    Mutant(
        "takes what is not said for off sale",
        _VALUES,
        'subject.at(("b2c_available",)) is not False:',
        'subject.at(("b2c_available",)) is True:',
        ("216-half-archived",),
    ),
    Mutant(
        "compares cost prices with any wholesale price",
        _VALUES,
        '("prices", key.partition(" ")[0], "sales_price"),',
        '("prices", "DKK", "sales_price"),',
        ("212-cost-above-wholesale",),
    ),
    Mutant(
        "warns of the limit itself",
        _MOVES,
        "* 100 > limit * before:",
        "* 100 >= limit * before:",
        ("200-price-change",),
    ),
    Mutant(
        "finds no slip of two places",
        _MOVES,
        "for times in (10, 100):",
        "for times in (10,):",
        ("171-price-slip-of-two-places",),
    ),
    Mutant(
        "tells a slip twice",
        _JUDGING,
        'told = _slips(moves, config) if name == "price-change" else ()',
        "told = ()",
        ("202-price-slip",),
    ),
    Mutant(
        "tells what was so before",
        _JUDGING,
        "(found for found in standing if _brought(found, subject))",
        "standing",
        ("210-wholesale-above-retail",),
    ),
    Mutant(
        "takes errors for warnings",
        _JUDGING,
        "errors[finding.rule].append(finding)",
        "pass",
        ("201-price-change-error",),
    ),
    Mutant(
        "calls a new translation stale",
        _MOVES,
        "if path not in written and isinstance(text, str):",
        "if isinstance(text, str):",
        ("218-translation-stale",),
    ),
)
