# Two commands matter: `make demo` and `make test`. Both first make the environment .venv.
# DATA names the folder of data files that the README lists; the tests on real data need it. SLOW=1
# runs the tests that take many minutes, too. ICARUS=required makes a missing Icarus an error, and
# CHROMIUM=required a missing Chromium; without them, the tests that need it are skipped.

PYTHON ?= python3
DATA ?=
SLOW ?=
ICARUS ?=
CHROMIUM ?=
BIN := .venv/bin
BUILD := build/demo

.PHONY: demo test lint format benchmark clean

demo: .venv/main
	$(BIN)/presparse check examples/digits.toml
	$(BIN)/presparse compare examples/digits.toml --epochs 3 --build $(BUILD) --png $(BUILD)/digits.png

test: .venv/all lint
	$(BIN)/pytest -n 2 --dist worksteal $(if $(SLOW),--slow) $(if $(DATA),--data=$(abspath $(DATA))) \
		$(if $(filter required,$(ICARUS)),--require-icarus) \
		$(if $(filter required,$(CHROMIUM)),--require-chromium)

lint: .venv/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/all
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmark: .venv/all
	$(BIN)/python -m benchmarks.simulation $(if $(DATA),--data=$(abspath $(DATA)))
	$(BIN)/python -m benchmarks.mlp $(if $(DATA),--data=$(abspath $(DATA)))
	$(BIN)/python -m benchmarks.training $(if $(DATA),--data=$(abspath $(DATA)))
	$(BIN)/python -m benchmarks.place_and_route

clean:
	rm -rf build .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The stamps say which extras the environment holds; a changed pyproject.toml installs again.
# Python compiles a module when it is first imported; pip would compile all of every package.
.venv/main: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --no-compile -e .
	touch $@

.venv/all: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --no-compile -e '.[all]'
	touch $@ .venv/main
