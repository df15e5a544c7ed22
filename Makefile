# Every target sets up what it needs; the first one run takes a minute longer.
PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/installed
# The engines that rules are compared with stay apart from what the service needs.
BENCH := .venv/bench/bin
BENCH_SETUP := .venv/bench/installed
SECONDS ?= 60
EVALUATIONS ?= 1000000
SEED ?= 1
SOAK_STORE ?= sqlite
# How often a server is killed in each test of that, and how often each other fault comes.
CRASHES ?= 200
ROUNDS ?= 10

.PHONY: help demo test test-postgres test-faults test-faults-quick run check coverage-rules conformance format stubs bench bench-quick soak bench-rules attack-rules fuzz-rules fuzz-differential lock clean

help: ## Show the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: $(SETUP) ## Play the course example and a log of 50,000 commands on a real server.
	$(BIN)/attribution-service demo

test: $(SETUP) ## Run all tests, offline.
	$(BIN)/python -m pytest

test-postgres: $(SETUP) ## Run the tests of stores, scenarios and random histories on a PostgreSQL of their own.
	ATTRIBUTION_TEST_POSTGRES=1 $(BIN)/python -m pytest tests/postgres \
		$(addprefix tests/service/storage/test_,contract.py reports_contract.py histories_contract.py erasure.py retention.py) \
		$(addprefix tests/service/transport/test_,bad_input.py server.py batches.py streams.py watch.py explain.py backtest.py simulate.py)
	ATTRIBUTION_TEST_POSTGRES=1 ATTRIBUTION_TEST_SPREAD=buckets $(BIN)/python -m pytest \
		tests/service/storage/test_contract.py $(addprefix tests/postgres/test_,scenarios.py properties.py)

test-faults: $(SETUP) ## Kill, cut, fill and confuse servers and databases under load, and count; CRASHES=200 ROUNDS=10.
	ATTRIBUTION_TEST_FAULTS=1 CRASHES=$(CRASHES) ROUNDS=$(ROUNDS) $(BIN)/python -m pytest tests/reliability

test-faults-quick: ## The same in four minutes, with fewer faults.
	$(MAKE) test-faults CRASHES=12 ROUNDS=1

run: $(SETUP) ## Serve on 127.0.0.1:50051 from the SQLite file data/attribution.db.
	mkdir -p data
	$(BIN)/attribution-service serve --store sqlite:///data/attribution.db

check: $(SETUP) ## Lint, types, contracts, and whether the generated stubs match the protos.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/buf lint
	$(BIN)/python tools/stubs.py --check
	$(BIN)/python tools/coverage_rules.py >/dev/null

coverage-rules: $(SETUP) ## Show which scenarios cite which rule; fails on a rule without one.
	$(BIN)/python tools/coverage_rules.py

conformance: $(SETUP) build/conformance/tests.json ## Run CEL's own tests of the rule language; needs Node.js and a network.
	PYTHONPATH=tests $(BIN)/python -m conformance

build/conformance/tests.json: $(addprefix tools/conformance/,package-lock.json export.mjs) | $(SETUP)
	PYTHONPATH=tests $(BIN)/python -m conformance.fetch tools/conformance $@

format: $(SETUP) ## Format the code and the protos.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/buf format -w

stubs: $(SETUP) ## Generate the Python stubs from the protos.
	$(BIN)/python tools/stubs.py

bench: $(SETUP) ## Measure the service beside its floors; five minutes, and a minute more the first time.
	$(BIN)/python -m benchmarks.service

bench-quick: $(SETUP) ## The same in a minute, with smaller data and fewer rounds.
	$(BIN)/python -m benchmarks.service --quick

soak: SECONDS = 1800
soak: $(SETUP) ## Run at half of capacity for SECONDS=1800, on SOAK_STORE=sqlite or postgresql: does anything grow?
	PYTHONPATH=tests $(BIN)/python -m benchmarks.soak --seconds $(SECONDS) --store $(SOAK_STORE)

bench-rules: $(BENCH_SETUP) ## Compare the speed of rules with Python and with other engines.
	PYTHONPATH=dsl $(BENCH)/python -m benchmarks.rules

attack-rules: $(BENCH_SETUP) ## Time what is meant to make the rule language slow.
	PYTHONPATH=dsl $(BENCH)/python -m benchmarks.attacks

fuzz-rules: $(BENCH_SETUP) ## Fuzz the rule language for SECONDS=60.
	PYTHONPATH=dsl $(BENCH)/python -m benchmarks.fuzz --seconds $(SECONDS)

fuzz-differential: $(SETUP) ## Compare EVALUATIONS=1000000 random rules, made from SEED=1, with Google's C++ engine.
	PYTHONPATH=tests $(BIN)/python -m dsl.fuzz --evaluations $(EVALUATIONS) --seed $(SEED)

lock: ## Pin all dependencies anew, with hashes.
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/python -m pip install --quiet uv==0.13.9
	.venv/lock/bin/uv pip compile --quiet --universal --generate-hashes --upgrade \
		--python-version 3.11 --no-emit-index-url --no-emit-find-links --no-emit-package attribution-client \
		--custom-compile-command "make lock" \
		--group pyproject.toml:dev pyproject.toml clients/python/pyproject.toml \
		--output-file requirements/dev.txt
	.venv/lock/bin/uv pip compile --quiet --universal --generate-hashes --upgrade \
		--python-version 3.11 --no-emit-index-url --no-emit-find-links --no-emit-package attribution-client \
		--custom-compile-command "make lock" --constraints requirements/dev.txt \
		pyproject.toml clients/python/pyproject.toml --output-file requirements/service.txt
	.venv/lock/bin/uv pip compile --quiet --universal --generate-hashes --upgrade \
		--python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --constraints requirements/dev.txt \
		--group pyproject.toml:build --output-file requirements/build.txt
	.venv/lock/bin/uv pip compile --quiet --universal --generate-hashes --upgrade \
		--python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --constraints requirements/dev.txt \
		--group pyproject.toml:bench --output-file requirements/bench.txt

clean: ## Remove everything that make has made.
	rm -rf .venv build data .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(SETUP): requirements/dev.txt pyproject.toml clients/python/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable . --editable clients/python
	@touch $@

$(BENCH_SETUP): requirements/bench.txt
	$(PYTHON) -m venv .venv/bench
	$(BENCH)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@
