# Everything a newcomer types. Python >= 3.11 and make are enough; the rest is installed on first use.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := manage.py xiangcun reports dispatch tests scripts $(wildcard bench)

.DEFAULT_GOAL := help
.PHONY: help run dev test lint format bench screenshots lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: ## install, migrate, seed and run web + worker + beat in the foreground (PORT, HOST, XIANGCUN_DATA)
	@exec $(PYTHON) scripts/bootstrap.py run

dev: ## install what the tests and linters need
	@$(PYTHON) scripts/bootstrap.py dev

test: dev ## run the tests on SQLite, and on PostgreSQL + Redis when they are reachable (CI=true requires both)
	@scripts/ensure-browser
	@$(BIN)/python scripts/run_tests.py $(ARGS)

lint: dev ## ruff, mypy, import contracts, migrations, deploy check, sizes
	@scripts/lint

format: dev ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix --quiet $(SOURCES) || true
	@$(BIN)/ruff format $(SOURCES)

bench: dev ## measured claims; each prints ratios measured side by side in one run
	@for script in bench/*.py; do case $$script in bench/_*) ;; *) $(BIN)/python $$script || exit 1 ;; esac; done

screenshots: dev ## draw the pictures of README and the handbooks anew
	@scripts/ensure-browser
	@$(BIN)/python scripts/screenshots.py $(ARGS)

lock: dev ## pin requirements*.in with hashes, and the npm packages
	@for name in requirements requirements-dev requirements-uv requirements-node; do \
	  $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header $$name.in -o $$name.txt || exit 1; done
	@npm install --package-lock-only --ignore-scripts

clean: ## remove what was built; keeps the data folder
	@rm -rf node_modules static_root .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage htmlcov .venv
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
