"""The plan as JSON, schema `schemas/plan.schema.json`: the stable interface.

Same plan, same bytes. Personal values are sealed on the way out; a plan read back
holds the seals, so that what is written is always taken from the catalog.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from reconcile.core.model import MISSING, UNKNOWN, KindName, Ref, Tenant
from reconcile.core.personal import Seal
from reconcile.core.problems import Location
from reconcile.core.steps import (
    Approved,
    Base,
    Block,
    Change,
    Plan,
    Product,
    Refusal,
    Step,
    Warned,
)
from reconcile.errors import DoesNotFit

FORMAT_VERSION: Final = "1.0"


def plan_to_json(plan: Plan, seal: Seal) -> dict[str, Any]:
    """The plan as JSON data, with its digest over everything else."""
    body: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "tenant": {"url": plan.tenant.url, "brand_id": plan.tenant.brand_id},
        "as_of": plan.as_of,
        "complete": plan.complete,
        "catalog": {"digest": plan.catalog_digest, "commit": plan.commit},
        **_base_to_json(plan.base),
        "state": {"first_run": plan.first_run},
        "summary": {kind: dict(counts) for kind, counts in plan.summary.items()},
        "steps": [step_to_json(step, seal) for step in plan.steps],
        "refused": [
            {"id": r.id, "reason": r.reason, "hint": r.hint} for r in plan.refused
        ],
        "blocked": [
            {
                "guard": block.guard,
                "approve": block.approve,
                "message": block.message,
                "ids": list(block.ids),
            }
            for block in plan.blocked
        ],
        "approved": [_approved_to_json(one) for one in plan.approved],
        "warnings": [
            {"rule": w.rule, "id": w.id, "message": w.message} for w in plan.warnings
        ],
        "products": {
            ref.key: _product_to_json(one) for ref, one in plan.products.items()
        },
    }
    return {"format_version": FORMAT_VERSION, "digest": _digest(body), **body}


def plan_text(plan: Plan, seal: Seal) -> str:
    """The plan as the bytes of a plan file."""
    return json.dumps(plan_to_json(plan, seal), ensure_ascii=False, indent=1) + "\n"


def digest_of(plan: Plan, seal: Seal) -> str:
    return str(plan_to_json(plan, seal)["digest"])


def plan_from_text(text: str) -> tuple[Plan, str]:
    """A plan file's plan (personal values sealed) and its digest.

    Raises DoesNotFit for a file that is no plan, of another format, or edited.
    """
    try:
        data = json.loads(text)
        version, digest = data["format_version"], data.pop("digest")
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DoesNotFit("this is no plan file", hint=_AGAIN) from None
    if str(version).split(".")[0] != FORMAT_VERSION.split(".")[0]:
        raise DoesNotFit(
            f"this plan has format {version}, this program writes {FORMAT_VERSION}",
            hint=_AGAIN,
        )
    if digest != _digest(data):
        raise DoesNotFit("this plan file was changed after it was made", hint=_AGAIN)
    try:
        return _plan(data), digest
    except (TypeError, KeyError, ValueError):
        raise DoesNotFit("this plan file is damaged", hint=_AGAIN) from None


def day_of(text: str) -> str | None:
    """The day that a plan file was made for; None where it is no plan, which
    `plan_from_text` puts into words."""
    try:
        return datetime.date.fromisoformat(json.loads(text)["as_of"]).isoformat()
    except (ValueError, TypeError, KeyError):
        return None


_AGAIN: Final = "Make it again: reconcile plan --out plan.json"


def step_to_json(step: Step, seal: Seal) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": step.id,
        "kind": step.ref.kind,
        "key": step.ref.key,
        "name": step.name,
        "parent": step.parent.key if step.parent else None,
        "remote_id": step.remote_id,
        "action": step.action,
        "source": _place(step.source),
        "requires": list(step.requires),
        "notes": list(step.notes),
        "changes": [change_to_json(step.ref.kind, c, seal) for c in step.changes],
    }
    if step.cascade:
        body["cascade"] = [str(ref) for ref in step.cascade]
    if step.added is not None:
        body["added"] = step.added
    if step.beside:
        body["beside"] = [
            {"path": list(path), "value": value} for path, value in step.beside.items()
        ]
    return body


def _base_to_json(base: Base | None) -> dict[str, Any]:
    return {"base": {"ref": base.ref, "commit": base.commit}} if base else {}


def _product_to_json(product: Product) -> dict[str, Any]:
    variants = {ref.key: dict(each) for ref, each in product.variants.items()}
    return {"name": product.name, "variants": variants}


def _approved_to_json(approved: Approved) -> dict[str, Any]:
    return {
        "guard": approved.guard,
        "approve": approved.approve,
        "message": approved.message,
        "ids": list(approved.ids),
        "by": approved.by,
        "reason": approved.reason,
        "source": _place(approved.source),
    }


def _place(source: Location | None) -> dict[str, Any] | None:
    return {"file": source.file, "line": source.line} if source else None


def change_to_json(kind: KindName, change: Change, seal: Seal) -> dict[str, Any]:
    body: dict[str, Any] = {"path": list(change.path)}
    if change.before is not MISSING and change.before is not UNKNOWN:
        body["before"] = seal(kind, change.path, change.before)
    if change.after is not MISSING:
        body["after"] = seal(kind, change.path, change.after)
    body |= {"basis": change.basis, "cause": change.cause, "held": change.held}
    if change.applied is not UNKNOWN:
        body["applied"] = change.applied
    if change.added is not None:
        body["added"] = change.added
    return body


def _digest(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _plan(data: Mapping[str, Any]) -> Plan:
    return Plan(
        Tenant(data["tenant"]["url"], data["tenant"]["brand_id"]),
        data["as_of"],
        data["catalog"]["digest"],
        tuple(_step(step) for step in data["steps"]),
        tuple(Refusal(r["id"], r["reason"], r["hint"]) for r in data["refused"]),
        tuple(
            Block(b["guard"], b["message"], tuple(b["ids"]), b["approve"])
            for b in data["blocked"]
        ),
        tuple(Warned(w["rule"], w["id"], w["message"]) for w in data["warnings"]),
        data["summary"],
        data["catalog"]["commit"],
        data["state"]["first_run"],
        tuple(_approved(one) for one in data.get("approved", ())),
        _base(data.get("base")),
        data["complete"],
        {
            Ref("product", key): _product(product)
            for key, product in data.get("products", {}).items()
        },
    )


def _product(data: Mapping[str, Any]) -> Product:
    variants = {Ref("variant", sku): each for sku, each in data["variants"].items()}
    return Product(data["name"], variants)


def _base(data: Mapping[str, Any] | None) -> Base | None:
    return Base(data["ref"], data["commit"]) if data else None


def _approved(data: Mapping[str, Any]) -> Approved:
    return Approved(
        data["guard"],
        data["message"],
        tuple(data["ids"]),
        data["approve"],
        data["by"],
        data["reason"],
        _location(data["source"]),
    )


def _location(data: Mapping[str, Any] | None) -> Location | None:
    return Location(data["file"], data["line"], 1) if data else None


def _step(data: Mapping[str, Any]) -> Step:
    kind = data["kind"]
    above: KindName = "product" if kind == "variant" else kind
    return Step(
        data["action"],
        Ref(kind, data["key"]),
        tuple(_change(change) for change in data["changes"]),
        Ref(above, data["parent"]) if data["parent"] is not None else None,
        data["remote_id"],
        _location(data["source"]),
        tuple(data["requires"]),
        tuple(data["notes"]),
        tuple(_ref(ref) for ref in data.get("cascade", ())),
        data["name"],
        data.get("added"),
        {tuple(one["path"]): one["value"] for one in data.get("beside", ())},
    )


def _ref(text: str) -> Ref:
    kind, _, key = text.partition(":")
    return Ref(kind, key)  # type: ignore[arg-type]


def _change(data: Mapping[str, Any]) -> Change:
    nothing = UNKNOWN if data["basis"] == "unknown" else MISSING
    return Change(
        tuple(data["path"]),
        data.get("before", nothing),
        data.get("after", MISSING),
        data["basis"],
        data["cause"],
        data["held"],
        data.get("applied", UNKNOWN),
        data.get("added"),
    )
