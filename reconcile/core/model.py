"""The values that flow between the stages.

Every side of the comparison has one canonical shape: a flat mapping from path to
value, such as `("prices", "DKK", "sales_price") -> "300"`. What a value may be is
JSON: money is the text of an exact decimal, sets are sorted lists. Reshaping both
sides first is what keeps the comparison free of special cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from reconcile.core.problems import Placed

Path = tuple[str, ...]
Value = Any
"""A JSON value: None, bool, int, str, list or dict. Never a float."""
Values = Mapping[Path, Value]

KindName = Literal["product", "variant", "category", "collection", "customer"]


class Missing:
    """The one value `MISSING`: proven to be absent. (Unknown is not a value.)"""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> Literal[False]:
        return False


class Unknown:
    """The one value `UNKNOWN`: not read. It never counts as empty or equal."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> Literal[False]:
        return False


MISSING: Final = Missing()
UNKNOWN: Final = Unknown()
NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


class Ref(NamedTuple):
    """Which object, by the key that people use; written `kind:key`."""

    kind: KindName
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whose shop: the host and the brand in it."""

    url: str
    brand_id: int | None = None


@dataclass(frozen=True, slots=True)
class Desired:
    """One object as the catalog wants it, after all layers are merged."""

    ref: Ref
    source: Placed
    values: Values
    parent: Ref | None = None
    """The product of a variant, the top category of a sub category."""
    sources: Mapping[Path, Placed] = field(default_factory=lambda: NOTHING)
    """Where values, the keys of entries, and directives are written; a path without
    an entry is at `source`."""
    renamed_from: str | None = None
    delete: bool = False
    protect: bool | None = None
    only_on_create: frozenset[str] = frozenset()
    """Names of fields that are sent with the create and not compared afterwards."""


@dataclass(frozen=True, slots=True)
class Live:
    """One object as Traede has it now.

    A path in `values` was read. A path below a container that was read whole
    (`closed`) is proven absent. Anything else is unknown: not loaded, not empty.
    """

    ref: Ref
    remote_id: int
    values: Values
    closed: frozenset[Path] = frozenset()
    """Containers known whole: an entry not in `values` does not exist there."""
    opened: frozenset[Path] = frozenset()
    """Containers that exist, of which only the members in `values` are known."""
    parent: Ref | None = None
    raw: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """The JSON as read; core PUT sends its documented root fields back."""

    def at(self, path: Path) -> Value | Missing | Unknown:
        """What Traede has at a path: a value, MISSING (proven) or UNKNOWN."""
        if path in self.values:
            return self.values[path]
        for end in range(len(path) - 1, 0, -1):
            if path[:end] in self.closed:
                return MISSING
            if path[:end] in self.opened:
                return UNKNOWN
        return UNKNOWN


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that was read of one tenant, proven complete."""

    objects: Mapping[Ref, Live]
    ambiguous: Mapping[Ref, Sequence[int]] = field(default_factory=lambda: NOTHING)
    """Keys that several live objects share, with their ids: never acted on."""
    warnings: Sequence[str] = ()
    brand_id: int | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """One managed object as this tool last left it: a row of the ledger."""

    ref: Ref
    remote_id: int
    sent: Values = field(default_factory=lambda: NOTHING)
    """Last applied value of each managed path; personal ones are sealed."""
    returned: Values = field(default_factory=lambda: NOTHING)
    """What Traede returned for a sent value, where it returned another one."""
    parent: Ref | None = None
    retired: bool = False
    """Archived because Traede refused the delete; not planned again."""
    protected: bool = False
    spent: bool = False
    """A tombstone that has done its work."""
    source: str = ""
    """The file that it was written in: once it is gone, why."""


Ledger = Mapping[Ref, Applied]
