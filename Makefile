# Two commands do all on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
CORE   := $(VENV)/.core
TYPES  := $(shell find engine -name '*.pxd')

.PHONY: setup demo test faults check bench clean

setup: $(CORE)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	touch $(READY)

# The compiled core, built by pip as well; anew where one of its sources has changed. Without a compiler it says so.
$(CORE): $(READY) setup.py engine/core.py $(TYPES) $(TYPES:.pxd=.py)
	$(BIN)/python setup.py -q build_ext --inplace
	touch $(CORE)

demo: $(CORE)
	$(BIN)/python examples/demo.py

test: $(CORE)
	$(BIN)/python -m pytest -n auto --dist worksteal --durations=12 tests

# Every fault with every policy, with real processes, under load: some ten minutes. `make test` has a short cut of it.
faults: $(READY)
	PYJM_FAULTS=all $(BIN)/python -m pytest -n 2 --durations=12 tests/faults

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/python tests/typed.py

# Each tests/bench/bench_*.py is a script of its own: it measures a ratio within one run and prints it.
bench: $(CORE)
	@set -e; for script in $(wildcard tests/bench/bench_*.py); do echo "== $$script"; $(BIN)/python $$script; done

clean:
	rm -rf $(VENV) build dist *.egg-info demo engine/core.stamp
	find engine -name '*.so' -delete
