"""The narrow way through a guard: a line that names exactly what it lets through.

The id of an approval is the hash of a guard or rule, the tenant, and the findings that
were shown. Other findings have another id, so what was approved is what was read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from reconcile.core.model import Tenant

ID_LENGTH = 8


def approval_id(guard: str, tenant: Tenant, findings: Iterable[Sequence[Any]]) -> str:
    """The id of exactly these findings; each is JSON values, such as a step's id with
    a value before and after. Their order does not matter."""
    facts = sorted(json.dumps(list(one), ensure_ascii=False) for one in findings)
    text = json.dumps([guard, tenant.url, tenant.brand_id, facts], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]
