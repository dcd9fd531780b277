# Everything a contributor does; `make` alone lists it. `make check` is what CI runs.

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Candidates are tried, not trusted: a version manager's shim may exist and not run.
CANDIDATES := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)
PYTEST_WORKERS ?= auto
# Tests that share a slow fixture are in one group, and so in one worker.
PYTEST := $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadgroup

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) \
	  | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: setup
setup: $(STAMP) ## Create .venv with mmon and everything to work on it

.PHONY: demo
demo: $(STAMP) ## Compare two small generated datasets, and say what to look at
	$(BIN)/mmon demo demo

.PHONY: test
test: $(STAMP) ## Run the tests that are quick and need nothing from the machine
	$(PYTEST) -m "not (simulation or slow or browser or s3 or postgres or data)"

.PHONY: check
check: $(STAMP) ## Everything that must pass: style, types, layers, all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST)

.PHONY: format
format: $(STAMP) ## Mend style where a machine can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(STAMP) ## Measure speed and memory, as ratios to a plain scan
	$(BIN)/python -m tests.bench

.PHONY: simulate
simulate: $(STAMP) ## Measure size and power of every test statistic (minutes)
	$(PYTEST) -m simulation tests

.PHONY: fuzz
fuzz: $(STAMP) ## Damage files of every kind and see how mmon ends (minutes)
	$(BIN)/python -m tests.fuzz

.PHONY: picture
picture: $(STAMP) ## Draw the README's picture of the demo's report (needs chromium)
	$(BIN)/python -m tests.browser.picture

.PHONY: wheel
wheel: $(STAMP) ## Build the wheel and the source distribution into dist/
	rm -rf dist
	$(BIN)/python -m build

.PHONY: clean
clean: ## Remove everything that can be made again
	rm -rf $(VENV) build dist demo fuzzed .hypothesis .pytest_cache .mypy_cache .ruff_cache \
	  .import_linter_cache
	find mmon tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml
	@python=""; \
	for candidate in $(CANDIDATES); do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    python="$$candidate"; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "mmon needs Python 3.11 or newer, and none of these is: $(CANDIDATES)" >&2; \
	  echo "install one (https://www.python.org/downloads), or say where: make PYTHON=/path/to/python" >&2; \
	  exit 1; \
	fi; \
	if [ ! -x $(BIN)/python ] && ! "$$python" -m venv $(VENV); then \
	  rm -rf $(VENV); \
	  echo "$$python cannot create a virtual environment (Debian, Ubuntu: apt-get install python3-venv)" >&2; \
	  exit 1; \
	fi
	@echo "installing mmon and its tools into $(VENV) (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@
