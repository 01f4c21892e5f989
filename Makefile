# Each command does its own set-up:  make dashboard   make lab   make test   make slow
# Settings: PORT=8866  JOBS=2  VENV=.venv  PYTHON=python3.12
VENV ?= .venv
PORT ?= 8866
JOBS ?= 2
BIN = $(VENV)/bin

.PHONY: help dashboard lab test slow fuzz clean
.DEFAULT_GOAL := help

help:
	@echo "make dashboard   the dashboards as web pages (PORT=$(PORT))"
	@echo "make lab         the first notebook in JupyterLab"
	@echo "make test        the tests, notebooks and browser included"
	@echo "make slow        the tests that make test leaves out: each takes more than ten seconds"
	@echo "make fuzz        10,000 random messages to every widget, some minutes each"
	@echo "make clean       remove $(VENV)"

dashboard: $(VENV)/.ready-lab
	@$(BIN)/tnlab dashboard --port $(PORT)

lab: $(VENV)/.ready-lab
	@$(BIN)/tnlab lab

test: $(VENV)/.ready-test
	@.ci/chromium
	TNLAB_REQUIRE_BROWSER=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --nbmake tests notebooks

slow: $(VENV)/.ready-test
	$(BIN)/python -m pytest -m slow tests

fuzz: $(VENV)/.ready-test
	TNLAB_FUZZ=10000 $(BIN)/python -m pytest -m slow tests/widgets/test_page_writes.py

# Stale when a dependency or a pin changed since the last set-up.
$(VENV)/.ready-%: pyproject.toml constraints.txt .ci/venv
	@.ci/venv $(VENV) $*

clean:
	rm -rf $(VENV)
