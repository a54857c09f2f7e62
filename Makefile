# Every target does the set-up it needs; `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIECES := $(patsubst %/pyproject.toml,%,$(sort $(wildcard pieces/community/*/pyproject.toml)))
PACKAGES := framework common engine server cli $(PIECES)
READY := $(VENV)/.ready

.PHONY: setup demo test check mypy pyright docs format bench histories fuzz clean lock help
.DEFAULT_GOAL := help

setup: $(READY) ## make .venv with the pinned requirements and our packages, editable

$(READY): requirements/dev.txt $(PACKAGES:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "make: $(PYTHON) is missing or older than 3.11: install the package python3 (3.11 or newer)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "make: $(PYTHON) has no venv or pip: install the package python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing the pinned requirements"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@echo "installing our packages, editable"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@

demo: $(READY) ## run the whole road for real: scaffold, test, build, publish, install, run
	@$(BIN)/python -m tests.e2e.demo

test: $(READY) ## run every test, and the contract suite over each piece
	$(BIN)/python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder
	@for piece in $(PIECES); do echo "pytest $$piece"; $(BIN)/python -m pytest $$piece --piece $$piece || exit 1; done

check: $(READY) ## lint, formatting, types, import contracts, rules of the repository
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory --jobs=2 mypy pyright # each takes one core and half a minute
	$(BIN)/lint-imports
	$(BIN)/python -m docs.generate --check
	$(BIN)/python -m pytest tests/test_repository.py

mypy: $(READY)
	$(BIN)/mypy framework common engine server cli tests benchmarks docs
	@for piece in $(PIECES); do echo "mypy $$piece"; MYPYPATH=$$piece $(BIN)/mypy $$piece || exit 1; done

pyright: $(READY)
	$(BIN)/pyright

docs: $(READY) ## write the reference pages that are made from the code: properties, checks, commands, settings ...
	$(BIN)/python -m docs.generate

format: $(READY) ## format the code and sort the imports
	$(BIN)/ruff check --fix-only --select I .
	$(BIN)/ruff format .

bench: $(READY) ## print every figure the documentation quotes, beside its peers
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/props.py
	$(BIN)/python benchmarks/contract.py
	$(BIN)/python benchmarks/http_client.py
	$(BIN)/python benchmarks/polling.py
	$(BIN)/python benchmarks/scaffold.py
	$(BIN)/python benchmarks/watch.py
	$(BIN)/python -m benchmarks.build
	$(BIN)/python -m benchmarks.sync
	$(BIN)/python -m benchmarks.index

histories: $(READY) ## try 10,000 histories of a faulty service on the polling strategy LEDGER
	$(BIN)/python -m tests.common.histories

fuzz: $(READY) ## hold 200 made-up requests of each kind and route against the API's description
	PIECEKIT_FUZZ_EXAMPLES=200 $(BIN)/python -m pytest tests/server/test_openapi.py

lock: $(READY) ## pin again what requirements/*.in ask for, as hashes without addresses
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-annotate --no-emit-index-url requirements/dev.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-annotate --no-emit-index-url requirements/benchmarks.in -o requirements/benchmarks.txt

clean: ## remove what was generated
	rm -rf $(VENV) dist .pieces .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'
