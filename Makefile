# Two commands do all on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: setup demo test check bench clean

setup: $(READY)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	touch $(READY)

test: $(READY)
	$(BIN)/python -m pytest -n auto tests

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/python tests/typed.py

clean:
	rm -rf $(VENV) build dist *.egg-info demo
