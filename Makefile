# The commands of the book. Each sets up what it needs: a virtual environment in .venv from the hash-pinned lock.

BIN := .venv/bin
READY := .venv/.ready
# The first Python that TensorFlow has wheels for.
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(firstword $(foreach p,python3 python3.11 python3.12 python3.13,$(shell $(p) -c '$(FITS)' 2>/dev/null && echo $(p))))
BUILD := $(BIN)/jupyter-book build . -n -W --keep-going

.DEFAULT_GOAL := help
.PHONY: help book preview test test-slow check format bench serve clean lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 with venv is needed (or name one: make PYTHON=...)"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

book: $(READY) ## Train and measure what is missing and build the site into _build/html
	$(BIN)/foundations measure --if-trained
	$(BUILD)

preview: export FOUNDATIONS_PROFILE := preview
preview: $(READY) ## The same with few seeds and epochs, into _build/preview
	$(BIN)/foundations measure --if-trained
	$(BUILD) --path-output _build/preview

test: $(READY) ## Run the tests
	$(BIN)/pytest --numprocesses auto --dist loadfile --max-worker-restart 0

test-slow: $(READY) ## Run the tests that take long
	$(BIN)/pytest -m slow

check: $(READY) ## Lint, check formatting and types, of the package, the tests and the chapters' cells
	$(BIN)/ruff check code tests
	$(BIN)/ruff format --check code tests
	$(BIN)/mypy
	$(BIN)/python tests/chapter_cells.py write _build/lint
	$(BIN)/ruff check --config tests/chapters.toml _build/lint
	$(BIN)/ruff format --check --config tests/chapters.toml _build/lint

format: $(READY) ## Format the package, the tests and the chapters' cells
	$(BIN)/ruff check --fix code tests
	$(BIN)/ruff format code tests
	$(BIN)/python tests/chapter_cells.py write _build/lint
	$(BIN)/ruff check --fix --config tests/chapters.toml _build/lint
	$(BIN)/ruff format --config tests/chapters.toml _build/lint
	$(BIN)/python tests/chapter_cells.py read _build/lint

bench: $(READY) ## Time an epoch of the engine beside other ways to train; prints a table in Markdown
	$(BIN)/python -m foundations.bench

serve: ## Show the built site at http://localhost:8000
	$(BIN)/python -m http.server --directory _build/html 8000

clean: ## Remove the built pages; trained networks stay in .runs
	rm -rf _build

lock: $(READY) ## Write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --upgrade \
	  --group book --group dev --group build --no-emit-index-url --no-emit-find-links --no-header \
	  --quiet --output-file requirements.lock
