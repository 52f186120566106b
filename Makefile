# Every goal sets up what it needs; a fresh clone wants Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
RUNTIME_STAMP := $(VENV)/.runtime
MAILMAN := .venv-mailman
MAILMAN_STAMP := $(MAILMAN)/.ready

.PHONY: cover demo test live check soak bench lint types wheel docs clean

$(RUNTIME_STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(STAMP): $(RUNTIME_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test --group lint --group build
	touch $@

demo: $(RUNTIME_STAMP) ## play a day of the course on embedded parts
	$(BIN)/moodle-bridge demo

# A Mailman for the tests to speak with. It is GPL and nothing of it is imported, so it
# has an environment of its own. Newer SQLAlchemy breaks its REST interface.
$(MAILMAN_STAMP):
	test -x $(MAILMAN)/bin/python || $(PYTHON) -m venv $(MAILMAN)
	@if $(MAILMAN)/bin/python -m pip install --quiet --disable-pip-version-check 'mailman==3.3.10' 'sqlalchemy<2.1'; \
	then touch $@; \
	else echo "Mailman cannot be installed: the tests with a real one are skipped."; fi

test: $(STAMP) $(MAILMAN_STAMP) ## the tests
	$(BIN)/python -m pytest -n 3 --dist loadscope -q

live: export MOODLE_URL := $(MOODLE_URL)
live: export MOODLE_TOKEN := $(MOODLE_TOKEN)
live: export MOODLE_COURSE := $(MOODLE_COURSE)
live: $(STAMP) ## the client's contract with a real Moodle: MOODLE_URL=... MOODLE_TOKEN=... [MOODLE_COURSE=...]
	@test -n "$$MOODLE_URL" || { echo "Say which site: make live MOODLE_URL=... MOODLE_TOKEN=... [MOODLE_COURSE=shortname]"; exit 2; }
	@$(BIN)/python -m pytest -q -p no:randomly --no-header --tb=short -r fE tests/live

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(STAMP)
	$(BIN)/mypy

check: lint types test ## all that must hold before a change lands

cover: $(STAMP) $(MAILMAN_STAMP) ## the tests, and which lines they pass through
	$(BIN)/python -m pytest -n 3 --dist loadscope -q --cov --cov-report=term

soak: $(STAMP) ## the long kill test
	$(BIN)/python -m pytest -q -m soak tests --soak

bench: $(STAMP) ## all benchmarks, as a table
	$(BIN)/python -m benchmarks

wheel: $(STAMP) ## the wheel, tried in a clean environment from elsewhere
	rm -rf dist build/clean
	$(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv build/clean
	build/clean/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	cd / && $(CURDIR)/build/clean/bin/moodle-bridge --help
	cd / && $(CURDIR)/build/clean/bin/moodle-bridge plugins --json

docs: $(STAMP) ## the pages that are made from the code
	$(BIN)/python -m sync.reference docs

clean:
	rm -rf $(VENV) $(MAILMAN) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
