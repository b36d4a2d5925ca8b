# Two commands do everything: `make demo` and `make test`. The rest is for developers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev

.PHONY: demo test pytest soak bench lint dev browser messages pictures wheel clean

demo: $(RUN)
	$(BIN)/moralbank demo

# Side by side: the linters leave a core to the tests most of the time.
test: $(DEV) browser
	@$(MAKE) --no-print-directory -j 2 lint pytest

pytest: $(DEV)
	$(BIN)/pytest -n 2 --dist worksteal

# The long forms of what `make test` runs for seconds: faults, races, mutants, garbage.
soak: $(DEV)
	@rm -f build/soak.txt
	MORALBANK_SOAK=1 $(BIN)/pytest -n 2 --dist worksteal -m soak
	@cat build/soak.txt

# Speed beside its limit, twice, for hours: what stands in docs/benchmarks.md.
bench: $(RUN)
	$(BIN)/python -m pip install -q -e ".[bench]"
	$(BIN)/moralbank bench --twice --rounds 3 --write docs

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.house.vulnerabilities

dev: $(DEV)
	$(BIN)/flask --app "moralbank.app:create_app_from_environment" run --debug

browser:
	@sh tests/browser/install.sh

messages: $(DEV)
	$(BIN)/pybabel -q extract -F pyproject.toml -k mark --no-location --sort-output \
		--project moralbank --version 1 -o $(VENV)/messages.pot .
	$(BIN)/pybabel -q update -D moralbank -l en -i $(VENV)/messages.pot \
		-o moralbank/locale/en.po --no-fuzzy-matching --ignore-obsolete -w 100

pictures: $(DEV) browser
	$(BIN)/python -m tests.browser.pictures docs/pictures

wheel: $(DEV)
	$(BIN)/pip wheel -q --no-deps -w dist .

clean:
	rm -rf $(VENV) dist build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "需要 Python 3.11 或更新的版本 / Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade "pip>=25.1"

$(RUN): $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install -q -e .
	@touch $@

$(DEV): $(RUN) pyproject.toml
	$(BIN)/python -m pip install -q --group dev
	@touch $@
