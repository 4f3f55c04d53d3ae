# The commands that must always work on a fresh machine. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
# A third worker fills two cores while the others wait for a server or for T0.
WORKERS ?= 3
PYTEST := $(BIN)/python scripts/run_tests.py -n $(WORKERS) --dist worksteal

# A soak looks for what happens seldom: nothing is tried again.
SOAK := $(BIN)/pytest -q -p no:cacheprovider -n 0 --timeout=7200

.DEFAULT_GOAL := help
.PHONY: help install demo run test soak bench fmt lint lock messages setup-test clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/.installed ## build .venv with the CLI and the browser parts
	@$(BIN)/python scripts/build_messages.py

.venv/.installed: requirements.lock pyproject.toml package-lock.json scripts/install.sh scripts/install_assets.py
	PYTHON=$(PYTHON) bash scripts/install.sh
	touch $@

demo: install ## a sample wire with receivers on loopback; the site stays up until Ctrl-C
	$(BIN)/dateline demo

run: install ## start the wire on ./dateline-home
	$(BIN)/dateline up

setup-test: install ## servers and browser that the tests use (apt-get, once)
	bash scripts/setup_test.sh

lint: install ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The database ring runs on PostgreSQL first, so that the whole suite's summary closes the output.
test: setup-test lint ## every ring with reduced counts and fixed seeds, on SQLite and PostgreSQL
	DATELINE_TEST_DATABASE=postgres $(PYTEST) -m "(room or wire) and not soak" --randomly-seed=20261124
	$(PYTEST) -m "not soak" --randomly-seed=20261124

soak: setup-test ## the full counts
	DATELINE_SOAK=1 DATELINE_TEST_DATABASE=postgres $(SOAK) -m "room or wire or soak"
	DATELINE_SOAK=1 $(SOAK)

bench: setup-test ## every benchmark, as JSON lines; an hour on a quiet machine
	bash scripts/apt.sh nginx-light libnginx-mod-nchan nats-server
	for name in wire ledger mail webhooks files formats fanout burst minute; do \
	  $(BIN)/dateline bench $$name --json; \
	done

fmt: install ## format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install ## write requirements.lock anew from pyproject.toml, pins kept where they still fit
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --all-extras --group dev \
	  pyproject.toml -o requirements.lock

messages: install ## collect what the desks' pages say, merge it into every catalogue, say what lacks
	$(BIN)/python scripts/messages.py --faults

clean: ## remove what was built
	rm -rf .venv node_modules src/dateline/faces/assets
