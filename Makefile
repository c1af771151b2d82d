# Needs Python >= 3.11 and make; everything else is built into .venv.
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
JOBS ?= 2
SIZE ?= whole

.PHONY: help demo test lint bench slow faults screenshots

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/ready ## a year of believable deals and answers, served on PORT (8000)
	$(BIN)/survey demo --port $(PORT)

test: .venv/ready-to-test ## all tests but the slow ones; browser and PostgreSQL where they are at hand
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not slow and not faults" $(ARGS)

slow: .venv/ready-to-test ## the long sweeps
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m slow $(ARGS)

faults: .venv/ready-to-test ## kills, cuts and full disks, with their figures; SIZE=sample for a few minutes of it
	SURVEY_TEST_FAULTS=$(SIZE) $(BIN)/python -m pytest -n $(JOBS) -m faults tests/faults $(ARGS)

lint: .venv/ready-to-test ## style, types, import contracts, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates

bench: .venv/ready-to-test ## speed beside bare baselines; on PostgreSQL too where TEST_DATABASE_URL is set
	@for work in answer dashboard import invite render receipts send smtp; do \
	  echo "== $$work"; $(BIN)/python -m benchmarks.$$work || exit 1; \
	  case "$$TEST_DATABASE_URL,$$work" in ,*|*,render|*,smtp) continue;; esac; \
	  echo "== $$work, PostgreSQL"; $(BIN)/python -m benchmarks.$$work --server "$$TEST_DATABASE_URL" || exit 1; \
	done

screenshots: .venv/ready-to-test ## the pictures of the README, from the demo
	$(BIN)/python -m tests.journeys.screenshots

# The environment is rebuilt only when its lock changes.
.venv/ready: requirements.lock pyproject.toml
	$(call install,requirements.lock)
	@touch $@

.venv/ready-to-test: tests/requirements.lock pyproject.toml
	$(call install,tests/requirements.lock)
	@touch $@ .venv/ready

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Debrief needs Python 3.11 or newer; set PYTHON=python3.11 or the like."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(1)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
endef
