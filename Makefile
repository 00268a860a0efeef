# Everything runs in a virtual environment inside the tree; nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup fmt check test docs bench chaos demo sandbox lock clean

help:  ## Show this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## Make the virtual environment
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

fmt: $(READY)  ## Format the code
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

check: $(READY)  ## Format, lint, types, architecture, and the sample catalog
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/reconcile validate
	$(BIN)/reconcile fmt --check

# The core's own tests run with its coverage, which makes them slower; the others not.
CORE_TESTS := tests/core tests/reports tests/test_cases.py tests/test_examples.py tests/test_schemas_agree.py
test: $(READY)  ## Run the tests, with the coverage of the core
	$(BIN)/python -m pytest -q -n auto --cov=reconcile.core --cov-report=term:skip-covered $(CORE_TESTS)
	$(BIN)/python -m pytest -q -n auto tests $(CORE_TESTS:%=--ignore=%)

docs: $(READY)  ## Write what commands say now into the pages of docs/
	UPDATE_GOLDEN=1 $(BIN)/python -m pytest -q tests/test_docs.py

demo: $(READY)  ## The main job, end to end, on a local Traede
	@bash docs/demo.sh

sandbox: $(READY)  ## A local Traede to try things on
	$(BIN)/reconcile sandbox --control

bench: $(READY)  ## Speed, as ratios measured in one run
	$(BIN)/python benchmarks/main_job.py

RUNS ?= 300
SEED ?= 1000
chaos: $(READY)  ## Random runs in which everything goes wrong (RUNS=300 SEED=1000)
	$(BIN)/python benchmarks/chaos.py --runs $(RUNS) --seed $(SEED)

lock: $(READY)  ## Write down the versions that are installed now
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools > constraints.txt

clean:  ## Take away everything that was made
	rm -rf .venv tests/editor/node_modules .demo .reconcile .coverage .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
