# Master IA. `make` and `make help` list what there is; every command prepares what it needs.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -q
STAMP := $(VENV)/.masteria-setup
PACKAGES := engine storage whatsapp integrations actors gateway bench masteria tests
ARGS ?=

NPM := scripts/npm
DASHBOARD := dashboard/dist/index.html
DASHBOARD_SOURCES := $(shell find dashboard/src dashboard/public dashboard/scripts dashboard/index.html dashboard/*.ts dashboard/package-lock.json -type f 2>/dev/null)

NPM_LOG := build/npm.log
NO_PACKAGES = its packages could not be installed ($(NPM_LOG) says why)

.PHONY: dashboard dashboard-setup dashboard-checks dashboard-test dashboard-api help setup run test lint fmt test-beside test-browser \
  screenshots chromium test-cluster bench judge lock intent-vectors clean

## help: this list
help:
	@sed -n 's/^## //p' Makefile | awk -F': ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

## setup: the virtual environment with the locked packages, the built dashboard; safe to repeat
setup: $(STAMP) dashboard-setup

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed: sudo apt-get install python3 python3-venv, or make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv is missing: sudo apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)
	@faster=$$(scripts/python $(BIN)/python); [ "$$faster" = "$(BIN)/python" ] || \
	  echo "$$faster runs Python code much faster than that of $(VENV): rm -r $(VENV) && make setup PYTHON=$$faster"

## run: everything on this machine; make run ARGS="--port 9000" passes options on
run: $(STAMP)
	@if [ -d dashboard/node_modules ] || [ ! -f $(NPM_LOG) ]; then $(MAKE) --no-print-directory dashboard-setup; fi
	@exec $(BIN)/masteria up $(ARGS)

## dashboard: build what people see, where it is older than its sources
dashboard: $(DASHBOARD)

# Where no registry of npm packages can be reached, everything else works; a build that fails is a fault all the same.
dashboard-setup: $(STAMP)
	@mkdir -p build
	@if $(MAKE) --no-print-directory dashboard/node_modules/.package-lock.json >$(NPM_LOG) 2>&1; then $(MAKE) --no-print-directory dashboard; \
	  else echo "The dashboard was not built: $(NO_PACKAGES). Everything else works without it; make dashboard tries again."; fi

dashboard-checks: $(STAMP)
	@mkdir -p build
	@if $(MAKE) --no-print-directory dashboard/node_modules/.package-lock.json >$(NPM_LOG) 2>&1; then $(MAKE) --no-print-directory dashboard-test; \
	  else echo "The dashboard was not tested: $(NO_PACKAGES)."; fi

# Not "npm ci": it wants an optional package of Vite's for Windows alone in the lock, which not every registry has.
dashboard/node_modules/.package-lock.json: dashboard/package-lock.json | $(STAMP)
	cd dashboard && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 $(NPM) install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

$(DASHBOARD): dashboard/node_modules/.package-lock.json $(DASHBOARD_SOURCES)
	cd dashboard && $(NPM) run --silent build
	@touch $@

build/openapi.json: $(STAMP) $(wildcard gateway/*.py gateway/*/*.py engine/*.py)
	@mkdir -p build
	$(BIN)/python -m gateway.openapi_file > $@

## dashboard-api: write the dashboard's types of the API anew
dashboard-api: dashboard/node_modules/.package-lock.json build/openapi.json
	cd dashboard && $(NPM) run --silent api

## dashboard-test: linter, types and tests of the dashboard
dashboard-test: dashboard/node_modules/.package-lock.json build/openapi.json
	cd dashboard && $(NPM) run --silent lint && $(NPM) run --silent types && $(NPM) run --silent test && $(NPM) run --silent api:check

## test: linters, types, import rules and every test that needs no browser and no second machine; the dashboard's too
# Those that need no instance run side by side, one kind per core; those that break an instance and measure how soon it is back run alone.
test: lint
	@mkdir -p build; $(BESIDE) >build/test-beside.log 2>&1 & beside=$$!; trap 'kill $$beside' INT TERM; \
	  $(PYTEST) tests/storage tests/actors; here=$$?; wait $$beside; status=$$?; cat build/test-beside.log; \
	  [ $$here -eq 0 ] && [ $$status -eq 0 ]
	$(PYTEST) tests/e2e --durations=20
	$(PYTEST) tests/cluster --ignore=tests/cluster/machines

# A name of its own: a line that holds make's own name is run even where make only shows what it would do (-n).
BESIDE = $(MAKE) --no-print-directory test-beside
test-beside: $(STAMP)
	$(PYTEST) tests/unit
	@$(MAKE) --no-print-directory dashboard-checks

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports

## fmt: format the code
fmt: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## test-browser: the dashboard in a real Chromium against a whole instance
test-browser: $(STAMP) $(DASHBOARD) chromium
	$(PYTEST) tests/browser --durations=20

## screenshots: every page in every size, language and theme, into build/screenshots
screenshots: $(STAMP) $(DASHBOARD) chromium
	MASTERIA_SCREENS=all $(PYTEST) tests/browser/test_pages.py
	@echo "build/screenshots: $$(ls build/screenshots | wc -l) pictures"

chromium:
	@tests/browser/need-chromium

## test-cluster: an installation on a Ray cluster and on servers that others started
test-cluster: $(STAMP)
	$(PYTEST) tests/cluster/machines

## bench: one quick round of every bench; ARGS="ingest --seconds 60" runs one in full
bench: $(STAMP)
	@if [ -n "$(ARGS)" ]; then exec $(BIN)/masteria bench $(ARGS); fi; \
	  for scenario in ingest pipeline live queries day ledger throughput statuses ai campaign replay endurance; do $(BIN)/masteria bench $$scenario --quick || exit 1; done

## judge: the official client of language models into build/judge, apart from everything (its test is skipped without it)
judge: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --target build/judge --upgrade --require-hashes -r requirements.judge.lock

## lock: resolve requirements.lock anew from pyproject.toml
lock: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip compile pyproject.toml --extra dev --extra web --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --quiet --output-file requirements.lock

## intent-vectors: the vectors of the built-in examples anew, after engine/ai/intent_examples.json was changed
intent-vectors: $(STAMP)
	$(BIN)/python -m masteria.ai_vectors

## clean: remove what was built; the data directory stays
clean:
	rm -rf $(VENV) build dist dashboard/dist dashboard/node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
