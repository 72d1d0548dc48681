# The two commands that a user needs are `make demo` and `make test`; the rest is for those who work on gongkai.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
TORCH ?= torch==2.13.0
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?=
SOAK_REPORTS ?= 20000
SAMPLE := nlp/samples/report-2021-beiguan.txt

.PHONY: help demo demo-search screenshots test test-cluster install lint types check corpus bench-accuracy bench-speed fuzz soak wheel clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(BIN)/gongkai: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable .
	@touch $@

install: $(BIN)/gongkai ## gongkai in .venv, with what tagging needs

demo: $(BIN)/gongkai ## tag the sample report and show the result
	$(BIN)/gongkai tag $(SAMPLE) --format table

$(VENV)/.serve: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable '.[serve]'
	@touch $@

out/demo.db: $(VENV)/.serve $(wildcard nlp/samples/demo/*.txt)
	@mkdir -p $(@D)
	$(BIN)/gongkai index $@ nlp/samples/demo

demo-search: out/demo.db ## index sixty invented reports and look at them in the browser
	$(BIN)/gongkai serve $< --open

screenshots: $(VENV)/.tests out/demo.db ## the pictures in docs/, taken anew (needs chromium)
	$(BIN)/python docs/screenshots.py out/demo.db docs/images

# torch is named on its own: an unpinned one may bring several gigabytes of CUDA along
$(VENV)/.tests: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet $(TORCH)
	$(BIN)/pip install --quiet --editable '.[train,eval,dev]'
	@touch $@

test: $(VENV)/.tests ## everything the tests need, and the tests
	$(BIN)/python -m pytest

# Ray takes minutes to install, so `make test` does without, and says what it skipped
$(VENV)/.cluster: $(VENV)/.tests
	$(BIN)/pip install --quiet --editable '.[cluster]'
	@touch $@

test-cluster: $(VENV)/.cluster ## batch runs on a cluster: installs Ray, runs its tests
	$(BIN)/python -m pytest tests/test_cluster.py tests/test_remote.py tests/test_parquet.py

lint: $(VENV)/.tests ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.tests ## mypy --strict
	$(BIN)/mypy

check: lint types test ## all that has to pass

# setfit brings a dozen packages that nothing else needs
$(VENV)/.baselines: $(VENV)/.tests
	$(BIN)/pip install --quiet --editable '.[baselines]'
	@touch $@

bench-accuracy: $(VENV)/.baselines ## other ways to do it, trained and measured beside the model; hours, a stopped one goes on
	$(BIN)/gongkai eval --baselines

bench-speed: $(VENV)/.tests ## how fast tagging is, and beside what; half an hour, alone on the machine
	$(BIN)/gongkai benchmark

# atheris is named on its own: it comes ready-made for some Pythons only, and else needs clang to be built
$(VENV)/.fuzz: $(VENV)/.tests
	$(BIN)/pip install --quiet atheris || { echo 'make fuzz needs atheris, which may have no wheel' \
	    'for this Python or system: try make fuzz PYTHON=python3.12 VENV=.venv-fuzz, on Linux'; exit 1; }
	@touch $@

fuzz: $(VENV)/.fuzz ## every reader against made-up files, FUZZ_SECONDS (60) each
	$(BIN)/python tests/fuzz/run.py --seconds $(FUZZ_SECONDS) $(FUZZ_TARGETS)

soak: $(VENV)/.tests ## tag SOAK_REPORTS (20000) invented reports in one run: speed, memory; an hour or more
	$(BIN)/python -m eval.soak --reports $(SOAK_REPORTS)

wheel: $(VENV)/.tests ## build the wheel, with the default model in it
	$(BIN)/python -m build --wheel

clean: ## remove what make made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
