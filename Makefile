# Everything lives in .venv; every target sets up what it needs first, and that costs nothing twice.

PYTHON ?= python3
CONFIG ?= config/demo.yaml
FUZZ_SECONDS ?= 600
API_EXAMPLES ?= 30
BIN := .venv/bin

# Hundreds of processes start in the tests, which should not compile the same files each time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check bench fuzz fuzz-api test-pages

help:
	@echo "make demo     set up, then a dozen real calls: menu, queue, agents; ends with a summary"
	@echo "make test     set up, then the tests, but for those that take long"
	@echo "make test-pages every test of pages in Chromium, of which make test has some"
	@echo "make run      the switch in the foreground (CONFIG=$(CONFIG))"
	@echo "make check    ruff, mypy and the import contracts"
	@echo "make bench    load and latency on this machine, as a table"
	@echo "make fuzz     mutated SIP messages for FUZZ_SECONDS=$(FUZZ_SECONDS)"
	@echo "make fuzz-api requests of all kinds to every route of the API, API_EXAMPLES=$(API_EXAMPLES) for each"
	@echo "make setup    only the set-up (PYTHON=$(PYTHON), 3.11 to 3.13)"
	@echo "PJPROJECT_SOURCE=FILE|FOLDER builds pjsua2 from that pjproject, not from Debian's."

setup:
	@$(PYTHON) native/setup.py

demo: setup
	@$(BIN)/softswitch demo

run: setup
	@$(BIN)/softswitch run $(CONFIG)

test:
	@$(PYTHON) native/setup.py --tests
	@$(BIN)/pytest -m "not at_length" -n 4 --dist loadgroup --no-loadscope-reorder --durations=25 --durations-min=4

test-pages:
	@$(PYTHON) native/setup.py --tests
	@$(BIN)/pytest -n 2 --dist loadgroup tests/pages

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: setup
	@$(BIN)/python -m bench

fuzz: setup
	@$(BIN)/python -m tests.sip.fuzz --seconds $(FUZZ_SECONDS)

fuzz-api: setup
	@API_EXAMPLES=$(API_EXAMPLES) $(BIN)/pytest tests/e2e/test_web_schema.py
