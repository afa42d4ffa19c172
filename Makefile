# Every command of the project; plain `make` lists them. Each one first installs what it needs, and only when that
# changed. ARGS="…" is handed on to the program that a command runs.

SHELL := /bin/bash
BIN := .venv/bin

# The machine's Python and npm. Without npm, a Node from the Python package index takes its place.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
NPM ?= $(shell command -v npm || echo $(BIN)/npm)
CHROMIUM_PATH ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM_PATH
# Images often say that compiled modules are not kept; tests would compile all of them again in each process they start.
unexport PYTHONDONTWRITEBYTECODE

ASSETS := lstep_lite/static/vendor/manifest.json
RUN := .venv/.run
DEV := .venv/.dev

.PHONY: help install run test test-slow check lint types imports templates containers locks migrations bench lock migration

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

install: $(RUN) $(ASSETS)  ## Only install what the program needs

run: $(RUN) $(ASSETS)  ## Start the demo salon with its pretended LINE (PORT, DATA_DIR, DEMO_PASSWORD, SEED=0)
	@exec $(BIN)/lstep-lite demo

test: $(DEV) $(ASSETS)  ## Run all tests but the slow ones, on SQLite and on PostgreSQL
	$(BIN)/pytest --numprocesses 2 --dist loadscope $(ARGS)

test-slow: $(DEV) $(ASSETS)  ## Run the crash, race and browser tests
	@test -n "$(CHROMIUM_PATH)" || { echo "The browser tests need Chromium. Install it (Debian, Ubuntu: apt-get install chromium fonts-noto-cjk) or set CHROMIUM_PATH to your browser."; exit 1; }
	$(BIN)/pytest -m slow --numprocesses 2 --dist loadscope $(ARGS)

check: lint types imports templates containers locks migrations  ## Check style, types, layers, templates, containers, locks, migrations

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)
	$(BIN)/mypy

imports: $(DEV)
	$(BIN)/lint-imports

templates: $(DEV)
	$(BIN)/djlint --lint --quiet lstep_lite

containers: $(DEV)
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml

locks: $(DEV)
	$(BIN)/python tools/check_locks.py

migrations: $(DEV)
	$(BIN)/pytest --quiet tests/test_migrations.py

bench: $(DEV) $(ASSETS)  ## Run one benchmark: make bench NAME=intake (ARGS=--full for the large size)
	@test -f "benchmarks/$(NAME).py" || { echo "Say which one: make bench NAME=…, with one of: $(basename $(notdir $(wildcard benchmarks/*.py)))"; exit 1; }
	$(BIN)/python benchmarks/$(NAME).py $(ARGS)

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock" $(ARGS)

lock: .venv/bin/python  ## Bring the lock files up to date with pyproject.toml and package.json (ARGS=--upgrade for newer versions)
	$(BIN)/pip install --quiet uv==0.13.9
	$(COMPILE) pyproject.toml --extra redis --group build --output-file requirements.lock
	$(COMPILE) pyproject.toml --extra redis --extra dev --group build --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE) --group node --output-file requirements-node.lock
	$(NPM) install --package-lock-only

migration: $(DEV)  ## Write the migration for changed models: make migration m="Add coupons"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="Add coupons"'; exit 1; }
	$(BIN)/python tools/new_migration.py "$(m)"

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed (Debian, Ubuntu: apt-get install python3-venv)."; exit 1; }
	$(PYTHON) -m venv .venv

$(RUN): requirements.lock | .venv/bin/python
	@echo "Installing the Python packages (about a minute; again only when they change)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUN)
	@echo "Installing the packages for development"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/bin/npm: requirements-node.lock | .venv/bin/python
	@echo "Installing Node, as this machine has no npm"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
	@touch $@

node_modules/.installed: package-lock.json | $(filter .venv/%,$(NPM))
	@echo "Installing the browser packages"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) ci --ignore-scripts --silent
	@touch $@

$(ASSETS): node_modules/.installed package.json tools/vendor.py tools/icons.txt | .venv/bin/python
	@$(BIN)/python tools/vendor.py
