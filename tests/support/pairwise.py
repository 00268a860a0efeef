"""All pairs: few rows in which every two answers of different switches meet once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

Pair = tuple[tuple[str, int], tuple[str, int]]
Row = dict[str, int]


def all_pairs(switches: Mapping[str, Sequence[object]]) -> list[dict[str, object]]:
    """Rows of answers, the same in every run; the first has each first answer.

    Greedy: a row starts from a pair that has not met yet, and each further switch
    takes the answer that brings the most new pairs; of equals, the least used.
    """
    sizes = {name: len(answers) for name, answers in switches.items()}
    used: dict[tuple[str, int], int] = {
        (name, n): 0 for name, size in sizes.items() for n in range(size)
    }
    left = set(_pairs(sizes))
    rows: list[Row] = []
    while left or not rows:
        row = _row(sizes, left, used) if rows else dict.fromkeys(sizes, 0)
        left -= set(_met(row))
        for entry in row.items():
            used[entry] += 1
        rows.append(row)
    return [{name: switches[name][n] for name, n in row.items()} for row in rows]


def missing_pairs(
    switches: Mapping[str, Sequence[object]], rows: Sequence[Mapping[str, object]]
) -> list[tuple[str, object, str, object]]:
    """The pairs of answers that meet in no row."""
    return [
        (one, a, other, b)
        for one, other in combinations(switches, 2)
        for a, b in product(switches[one], switches[other])
        if not any(row[one] == a and row[other] == b for row in rows)
    ]


def _pairs(sizes: Mapping[str, int]) -> Iterator[Pair]:
    for one, other in combinations(sizes, 2):
        for a, b in product(range(sizes[one]), range(sizes[other])):
            yield (one, a), (other, b)


def _met(row: Row) -> Iterator[Pair]:
    return combinations(row.items(), 2)  # type: ignore[return-value]


def _row(
    sizes: Mapping[str, int], left: set[Pair], used: Mapping[tuple[str, int], int]
) -> Row:
    places = {name: n for n, name in enumerate(sizes)}
    chosen: Row = dict(min(left, key=lambda pair: [(places[s], n) for s, n in pair]))

    def worth(name: str, answer: int) -> tuple[int, int, int]:
        pairs = (_ordered(places, (name, answer), entry) for entry in chosen.items())
        return sum(pair in left for pair in pairs), -used[name, answer], -answer

    for name in sorted(sizes, key=lambda name: -sizes[name]):
        if name not in chosen:
            chosen[name] = max(range(sizes[name]), key=lambda n: worth(name, n))
    return {name: chosen[name] for name in sizes}


def _ordered(
    places: Mapping[str, int], one: tuple[str, int], other: tuple[str, int]
) -> Pair:
    return (one, other) if places[one[0]] < places[other[0]] else (other, one)
