# `make help` lists what there is. Each target is a script that also works on its own.
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## bring what the program needs (system packages as root, .venv, browser libraries)
	@scripts/setup.sh

run: ## serve on 127.0.0.1:8000, first with the demonstration city (PORT=…, DATABASE_URL=…)
	@scripts/run.sh

test: ## all tests on SQLite and PostgreSQL, with browser journeys (ARGS="-k words")
	@scripts/test.sh $(ARGS)

check: ## lint, format, types, import contracts, templates, translations
	@scripts/check.sh

bench: ## benchmarks (ARGS=…)
	@scripts/bench.sh $(ARGS)

clean: ## remove what set-up and tests made; your data in instance/ stays
	@scripts/postgres.sh drop-all
	@rm -rf .venv .setup node_modules lms/platform/static/vendor test-results bench/out \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
