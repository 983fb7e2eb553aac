# `make run` and `make test` do all the set-up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifneq ($(wildcard ../shared/data),)
export ADRS_DATA ?= $(abspath ../shared/data)
endif

# Several test processes: each waits for others half of its time. Tests of one file stay together, and share what they set up.
TESTS := -n auto --maxprocesses 4 --dist loadfile

.PHONY: setup run test slow browser check clean

run: setup
	$(BIN)/adrs run txn --max-evals 200

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "adrs needs Python 3.11 or newer; run: make setup PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --build-constraints constraints.txt --editable '.[dashboard,figures,forms,llm,tune,serving,dev]'
	@touch $@

test: setup
	$(BIN)/python -m pytest $(TESTS) -m 'not slow'

slow: setup
	$(BIN)/python -m pytest $(TESTS) -m slow

# Walks through the dashboard in a Chromium of this machine, and says so where there is none.
browser: setup
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[browser]'
	$(BIN)/python -m pytest -rs tests/browser

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py

clean:
	rm -rf $(VENV)
