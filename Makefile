# Two commands do all on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: setup demo test faults check bench clean

setup: $(READY)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	touch $(READY)

demo: $(READY)
	$(BIN)/python examples/demo.py

test: $(READY)
	$(BIN)/python -m pytest -n auto --durations=12 tests

# Every fault with every policy, with real processes, under load: some ten minutes. `make test` has a short cut of it.
faults: $(READY)
	PYJM_FAULTS=all $(BIN)/python -m pytest -n 2 --durations=12 tests/faults

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/python tests/typed.py

# Each tests/bench/bench_*.py is a script of its own: it measures a ratio within one run and prints it.
bench: $(READY)
	@set -e; for script in $(wildcard tests/bench/bench_*.py); do echo "== $$script"; $(BIN)/python $$script; done

clean:
	rm -rf $(VENV) build dist *.egg-info demo
