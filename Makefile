# `make serve` and `make test` do everything on a fresh machine; `make check` runs the
# static checks. Each installs what it needs into $(VENV), and again only after
# pyproject.toml has changed.

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Further words for pytest: make test ARGS="-k sliders"
ARGS =

.PHONY: serve test check format clean chromium
# Two pips in one environment would step on each other.
.NOTPARALLEL:

serve: $(VENV)/.installed
	$(BIN)/docsync run configs/demo.toml

test: $(VENV)/.installed-test chromium
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/flake8-async $$(find docsync_trio tests -name '*.py')
	$(BIN)/lint-imports
	$(BIN)/python .ci/check_wheel.py

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

chromium: $(VENV)/.installed-test
	@$(BIN)/python .ci/chromium.py

clean:
	rm -rf .venv .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.version_info >= (3, 11) or \
	sys.exit("docsync-trio needs Python 3.11 or newer; $(PYTHON) is " + v + ". Try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/.made
	@echo "Installing docsync-trio into $(VENV)"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/.made
	@echo "Installing docsync-trio and what its tests need into $(VENV)"
	@$(PIP) --editable '.[test]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/.made
	@echo "Installing docsync-trio, what its tests need and the static checks into $(VENV)"
	@$(PIP) --editable '.[dev]'
	@touch $(VENV)/.installed $(VENV)/.installed-test $@
