# `make serve` and `make test` do everything on a fresh machine; `make check` runs the
# static checks. Each installs what it needs into $(VENV), and again only after
# pyproject.toml has changed.

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Further words for pytest: make test ARGS="-k sliders"
ARGS =

# flake8-async runs beside ruff for what ruff does not know: a yield inside of a nursery, a
# cancellation that is swallowed. 9xx would have a checkpoint in every function; 114 and 128
# lose sight of task_status where it is handed on; 124 does not see that an interface may
# ask for `async` where one of its implementations has nothing to wait for.
FLAKE8_ASYNC = $(BIN)/flake8-async --disable ASYNC9,ASYNC114,ASYNC124,ASYNC128
MODULES = $(shell find docsync_trio -name '*.py')
TESTS = $(shell find tests -name '*.py')
# Here everything that is raised is caught on purpose; our own cancellation passes. (401 asks
# the tests for a newer pytest.)
CATCH_ALL = $(addprefix docsync_trio/,documents/bokeh_private.py documents/incoming.py \
	server/connections/front_door.py sessions/application_context.py sessions/asyncio_bridge.py \
	sessions/caller.py sessions/fire_wall.py sessions/steps.py sessions/visit.py)

.PHONY: serve test check docs screenshots format reference bench bench-quick clean chromium taplo-lsp
# Two pips in one environment would step on each other.
.NOTPARALLEL:

serve: $(VENV)/.installed
	$(BIN)/docsync run configs/demo.toml

test: $(VENV)/.installed-test chromium taplo-lsp
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	@echo flake8-async
	@$(FLAKE8_ASYNC) $(filter-out $(CATCH_ALL),$(MODULES))
	@$(FLAKE8_ASYNC),ASYNC102,ASYNC103,ASYNC104,ASYNC401 $(CATCH_ALL) $(TESTS)
	$(BIN)/lint-imports
	$(BIN)/python .ci/check_wheel.py
	$(BIN)/python .ci/configs.py
	$(BIN)/python .ci/docs.py

# The documentation as a site, in build/docs; fails on a dead link.
docs: $(VENV)/.installed-dev
	$(BIN)/python .ci/docs.py

# The pictures in docs/images that show the tutorial.
screenshots: $(VENV)/.installed-test chromium
	$(BIN)/python .ci/screenshots.py

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The page for people, and the JSON Schema that the site files of this repository name.
reference: $(VENV)/.installed
	$(BIN)/python -c 'from docsync_trio.config.describe import reference_page as page; \
	open("docs/reference/site.md", "w", encoding="utf-8").write(page())'
	$(BIN)/docsync schema -o docs/reference/site.schema.json
	$(BIN)/python -c 'from docsync_trio.cli.command_reference import command_page as page; \
	open("docs/reference/cli.md", "w", encoding="utf-8").write(page())'
	$(BIN)/python -c 'from pathlib import Path; from docsync_trio.moving.page import with_flags; \
	page = Path("docs/moving.md"); page.write_text(with_flags(page.read_text("utf-8")), "utf-8")'

# Side by side with the peers, in about 40 minutes; docs/benchmarks.md. ARGS="--rows page,patch"
bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks $(ARGS)

bench-quick: $(VENV)/.installed
	$(BIN)/python -m benchmarks --quick $(ARGS)

# One of the two language servers that the tests drive comes from npm.
taplo-lsp: $(VENV)/.installed-test
	@$(BIN)/python .ci/taplo_lsp.py

chromium: $(VENV)/.installed-test
	@$(BIN)/python .ci/chromium.py

# nginx, HAProxy, Caddy and systemd, which the tests run; without them those tests are skipped.
.PHONY: proxies proxies-long
test: proxies
proxies: $(VENV)/.installed-test
	@$(BIN)/python .ci/proxies.py

# 20,000 requests through each of them, in a few minutes.
proxies-long: $(VENV)/.installed-test chromium proxies
	DOCSYNC_PROXY_REQUESTS=20000 $(BIN)/python -m pytest tests/whole/test_proxies.py --timeout 600 $(ARGS)

clean:
	rm -rf .venv .venv-* benchmarks/.venvs benchmarks/.trees build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
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
