# Two commands matter: `make run` (the demo on http://127.0.0.1:8000) and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: run test test-all check lock clean system

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

run: $(STAMP)  ## build the environment and start the demo
	$(BIN)/trustsurvey demo

system:  ## what the tests need beyond Python: Chromium, fonts for every script, pdftotext
	@command -v chromium >/dev/null && command -v pdftotext >/dev/null || .ci/system-packages

test: $(STAMP) system  ## every test that is not marked slow (under eight minutes on two cores)
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow"

test-all: $(STAMP) system  ## the slow suites too
	$(BIN)/pytest -n 2 --dist loadfile

check: $(STAMP)  ## style, types, import rules, translations, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/trustsurvey translations check
	$(BIN)/trustsurvey db check

lock: $(STAMP)  ## pin every dependency again (needs `pip install uv`)
	uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 --no-header --no-emit-index-url --quiet --upgrade --output-file requirements.lock

clean:
	rm -rf $(VENV) instance .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
