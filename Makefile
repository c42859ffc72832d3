# make run     everything set up, a sample office filled, the site on 127.0.0.1:8000
# make test    everything set up, all tests on SQLite
# make lint    style, types, doors between the rooms, templates, packs      make fix    what can be mended by itself
# make bench   ratios of speed with their bounds, benchmarks/README.md; takes minutes
# make messages   texts of the interface into the catalogues                make vendor parts of pages into build/vendor

SHELL := /bin/bash
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run test lint fix bench messages vendor setup demo clean requirements

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
STAMPS := build/stamps
CATALOGUES := $(wildcard src/huanxin/locale/*/LC_MESSAGES/django.po)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

run: demo
	@exec $(BIN)/huanxin serve --port $(PORT)

demo: setup
	@$(BIN)/huanxin migrate
	@$(BIN)/huanxin demo

setup: $(STAMPS)/run $(STAMPS)/vendor $(STAMPS)/messages

test: setup $(STAMPS)/dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: setup $(STAMPS)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	HUANXIN_DEV=1 $(BIN)/mypy
	$(BIN)/djlint --lint --quiet src
	node_modules/.bin/upgrade-check --no-color src
	$(BIN)/huanxin packs check

fix: $(STAMPS)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# All of them, also where one misses its bound; screening.py makes build/openfisca by itself.
bench: setup $(STAMPS)/dev
	@missed=; for name in screening deciding importing inventory_page review_queue integrity rush filing; do \
	  $(BIN)/python benchmarks/$$name.py || missed="$$missed $$name"; done; \
	  [ -z "$$missed" ] || { echo "Missed their bound or failed:$$missed"; exit 1; }

messages: $(STAMPS)/run
	$(BIN)/python scripts/messages.py extract
	$(BIN)/python scripts/messages.py compile
	$(BIN)/python scripts/messages.py open

vendor: $(STAMPS)/vendor

clean:
	rm -rf build .venv node_modules

# Compiled with hashes, without any index's address: packages go by name, the machine's pip decides from where.
requirements:
	$(BIN)/python -m pip install uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --extra dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --extra spark -c requirements/run.txt pyproject.toml -o requirements/spark.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --extra ocr -c requirements/run.txt pyproject.toml -o requirements/ocr.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Huanxin needs Python 3.11 or later; \`$(PYTHON)\` is older or missing. Try: make run PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

$(STAMPS)/run: requirements/run.txt pyproject.toml | $(BIN)/python
	@mkdir -p $(STAMPS)
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps -e .
	@touch $@

# What tests need besides; Spark only where there is a Java runtime to run it.
$(STAMPS)/dev: requirements/dev.txt requirements/spark.txt requirements/ocr.txt $(STAMPS)/run
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/ocr.txt
	@if command -v java >/dev/null; then $(PIP) install --require-hashes -r requirements/spark.txt; \
	  else echo "No Java runtime: the Spark tests will be skipped."; fi
	@touch $@

$(STAMPS)/npm: package.json package-lock.json
	@mkdir -p $(STAMPS)
	@command -v npm >/dev/null || { echo "Huanxin needs Node.js with npm for the parts of its pages. Install it and run again."; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/vendor: $(STAMPS)/npm $(wildcard vendor/*)
	node vendor/copy.mjs
	@touch $@

$(STAMPS)/messages: $(CATALOGUES) scripts/messages.py $(STAMPS)/run
	$(BIN)/python scripts/messages.py compile
	@touch $@
