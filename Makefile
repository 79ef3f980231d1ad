# make serve: everything needed, then the server. make test: everything checked. Nothing but Python >= 3.11 is required.

# The distribution's Python where it will do: it is built with profile-guided optimization, which makes the server
# answer half as much again as under a Python that a version manager has compiled.
PYTHON ?= $(or $(shell for python in /usr/bin/python3 python3; do \
	$$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done),python3)
VENV := .venv
STAMP := $(VENV)/.synced
RUN := $(VENV)/bin
SOURCES := api schema resolvers db tests benchmarks

# The uv of this machine, or else the locked version of it, installed into the project's own environment.
UV := $(shell command -v uv 2>/dev/null || echo $(VENV)/bin/uv)
UV_VERSION := $(shell sed -n '/^name = "uv"$$/{n;s/version = "\(.*\)"/\1/p;}' uv.lock)

# The rules for the schema's names and shapes are ESLint's: checked wherever there is Node, needed nowhere else.
NPM := $(shell command -v node >/dev/null && command -v npm)
RULES := lint

.PHONY: serve test bench bench-growth bench-write lint lint-schema lint-schema-skipped format clean
.DEFAULT_GOAL := serve

serve: $(STAMP)
	@exec $(RUN)/wavelength serve

test: lint $(if $(NPM),lint-schema,lint-schema-skipped)
	$(RUN)/pytest -n auto --dist loadfile

bench: $(STAMP)
	$(RUN)/python -m benchmarks

bench-growth: $(STAMP)
	$(RUN)/python -m benchmarks.growth

bench-write: $(STAMP)
	$(RUN)/python -m benchmarks.writing

lint: $(STAMP)
	$(RUN)/ruff check $(SOURCES)
	$(RUN)/ruff format --check $(SOURCES)
	$(RUN)/mypy
	$(RUN)/lint-imports

lint-schema: $(RULES)/node_modules/.installed
	npm run --silent --prefix $(RULES) lint

lint-schema-skipped:
	@echo "lint-schema: skipped, for there is no Node here"

format: $(STAMP)
	$(RUN)/ruff check --fix $(SOURCES)
	$(RUN)/ruff format $(SOURCES)

clean:
	rm -rf $(VENV) $(RULES)/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(STAMP): pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --python $(PYTHON)
	@touch $@

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv module is needed; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(RULES)/node_modules/.installed: $(RULES)/package.json $(RULES)/package-lock.json
	npm ci --prefix $(RULES) --no-audit --no-fund
	@touch $@
