# Each target installs what it needs into .venv first. PIP_ARGS goes to every pip install.
PYTHON ?= python3
PIP_ARGS ?=
DATA ?=
CASES ?=
RUN ?= runs/demo
LONG ?=
ONLY ?=

# A file's tests stay together: they share what is expensive to make.
PARALLEL := -n logical --maxprocesses 8 --dist loadfile

BIN := .venv/bin
PIP := $(BIN)/python -m pip
# torch first: what needs it then takes the build that is there.
# The same for the wheels that masksearch fetches itself.
PIP_ARG = $(foreach argument,$(PIP_ARGS),--pip-arg=$(argument))
INSTALL = $(PIP) install --quiet $(PIP_ARGS) -c constraints.txt

.PHONY: install demo test coverage check fmt studio bench-loop bench-dapo bench-ramp bench-search bench-frame bench-faults bench-first bench-outage bench-evaluation clean

install: .venv/.train

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "masksearch needs Python 3.11 or newer")'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.train: .venv/.python pyproject.toml constraints.txt
	@echo "Installing masksearch into .venv (some minutes the first time)"
	@$(INSTALL) torch
	@$(INSTALL) -e '.[train]'
	@touch $@

.venv/.dev: .venv/.train
	@echo "Installing what tests and checks need"
	@$(INSTALL) -e '.[train,studio,web,dev]'
	@touch $@

demo: .venv/.train
	@$(BIN)/masksearch demo --run $(RUN) $(PIP_ARG)

test: .venv/.dev
	$(BIN)/masksearch assets get $(PIP_ARG)
	$(BIN)/python -m pytest $(PARALLEL)

# The same with the lines that no test reaches; counting them doubles the time.
coverage: .venv/.dev
	$(BIN)/masksearch assets get $(PIP_ARG)
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

studio: .venv/.dev
	$(BIN)/langgraph dev --no-browser

# Every bench: ONLY="GROUP" measures one group (`--list` names them), LONG=1 those over ten minutes
# too; DATA is a folder of real data, CASES one of inputs that once failed, RUN the run
# folder of a finished demo.
BENCH_ARGS = --run $(RUN) $(if $(DATA),--data "$(DATA)") $(if $(CASES),--cases "$(CASES)") $(if $(LONG),--long) $(if $(ONLY),--only "$(ONLY)")

bench-loop bench-dapo bench-frame bench-faults bench-first bench-outage: .venv/.dev
	$(BIN)/masksearch assets get $(PIP_ARG)
	$(BIN)/python -m $(subst -,.,$@) $(BENCH_ARGS)

bench-ramp: .venv/.dev
	$(BIN)/python -m bench.ramp $(BENCH_ARGS)

bench-search: .venv/.dev
	@$(INSTALL) -e '.[train,studio,web,dev,bench]'
	$(BIN)/python -m bench.search $(BENCH_ARGS)

bench-evaluation: .venv/.dev
	@$(INSTALL) -e '.[train,studio,web,dev,bench]'
	$(BIN)/masksearch assets get $(PIP_ARG)
	$(BIN)/python -m bench.evaluation $(BENCH_ARGS)

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
