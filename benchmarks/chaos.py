"""Random runs of apply in which everything goes wrong; prints figures and seeds.

    make chaos                     300 runs
    make chaos RUNS=20 SEED=7      20 runs, from another first seed

What one run is, and what must hold after it: tests/support/chaos.py. Ends with 1 if it
did not hold in one of them, and tells the story of each.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.chaos import Figures, World, summed_up

from reconcile.sandbox import Sandbox


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs in which everything goes wrong.")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1000, help="the first one")
    options = parser.parse_args()
    samples = os.environ.get("CATALOG_SAMPLES")
    if not samples:
        print("CATALOG_SAMPLES must name the folder of the real catalogs")
        return 64
    sample = Path(samples) / "sunrise.json"
    seeds = range(options.seed, options.seed + options.runs)
    workers = os.cpu_count() or 1
    done: list[Figures] = []
    with ProcessPoolExecutor(workers) as pool:
        parts = [seeds[start::workers] for start in range(workers)]
        for figures in pool.map(_run, parts, [sample] * workers):
            done += figures
    for one in sorted(done, key=lambda one: one.seed):
        if one.wrong:
            print(f"\nseed {one.seed}", *one.story, *one.wrong, sep="\n  ")
    print(f"\nseeds {seeds.start} to {seeds.stop - 1}")
    for name, count in summed_up(done).items():
        print(f"  {name:30} {count:7,}")
    return 1 if any(one.wrong for one in done) else 0


def _run(seeds: range, sample: Path) -> list[Figures]:
    return list(_stories(seeds, sample))


def _stories(seeds: range, sample: Path) -> Iterator[Figures]:
    with TemporaryDirectory() as folder, Sandbox() as box:
        world = World.begin(box, Path(folder), sample)
        for seed in seeds:
            figures = world.run(seed)
            print("x" if figures.wrong else ".", end="", flush=True, file=sys.stderr)
            yield figures


if __name__ == "__main__":
    sys.exit(main())
