# `make demo` and `make test` set up $(VENV) by themselves; VENV= and PYTHON= name others.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.galexp-setup

.PHONY: setup demo test check clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt startup/torchvision_on_cpu/torchvision_on_cpu.py
	@echo "setting up $(VENV): a few minutes the first time"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@if $(BIN)/python -c 'import sys, torch; sys.exit(torch.version.cuda is not None)'; then \
	  $(BIN)/python -m pip install --quiet --force-reinstall --no-deps ./startup/torchvision_on_cpu; fi
	touch $@

demo: setup
	$(BIN)/python -m galexp train dataset=xgass split=delta5_q80 model=xresnet34 experiment=demo

test: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
