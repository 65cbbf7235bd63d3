# Two commands matter: `make run` and `make test`. Everything else is for the people who build Weitask.
.DEFAULT_GOAL := help
.PHONY: help run test fix lint lock assets rehearse journeys screenshots times bench venv clean

LOCAL := .venv/bin/python -m weitask.local
SEED ?= 1
DAYS ?= 37
ARGS ?=
export PYTHON WEB_PORT SANDBOX_PORT PAGES

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: venv ## The whole of Weitask on this machine, with demo data; Ctrl-C stops it (WEB_PORT=, SANDBOX_PORT=)
	@$(LOCAL) up

test: venv ## Every check and every test, with coverage (ARGS="tests/orders -k slot" for some of the tests)
	@$(LOCAL) check $(ARGS)

lint: venv ## The checks without the tests
	@$(LOCAL) check --lint

fix: venv ## Repair what can be repaired: format, imports, lint
	@.venv/bin/python -m ruff check --fix .
	@.venv/bin/python -m ruff format .
	@.venv/bin/python -m djlint templates --reformat --quiet || true

assets: venv ## Front-end files from npm into static/vendor/
	@$(LOCAL) assets

rehearse: venv ## A whole campaign against the sandbox in seconds: SEED= DAYS=
	@$(LOCAL) exec --test -- .venv/bin/python manage.py rehearse --seed $(SEED) --days $(DAYS)

journeys: venv assets ## The browser tests alone
	@$(LOCAL) exec --test -- .venv/bin/python -m pytest tests/journeys $(ARGS)

screenshots: venv assets ## Pictures of every page into docs/screenshots/ (PAGES=market,task for some)
	@$(LOCAL) exec --test -- .venv/bin/python -m pytest tests/journeys/screenshots.py $(ARGS)

times: venv ## How long the server takes for each page, on the demo's market
	@$(LOCAL) exec --test -- .venv/bin/python -m pytest tests/journeys/times.py $(ARGS)

bench: venv assets ## Every benchmark beside its floor, then the table; one path alone: make bench-ledger, bench-search …
	@$(LOCAL) exec --test --durable -- .venv/bin/python -m benchmarks $(ARGS)

bench-%: venv assets
	@$(LOCAL) exec --test --durable -- .venv/bin/python -m benchmarks $* $(ARGS)

venv: ## The Python environment, made or repaired
	@sh weitask/local/venv.sh

lock: ## Choose the newest fitting release of every Python package anew, pinned by hashes
	@python3 -m venv --clear .local/lock
	@.local/lock/bin/python -m pip install --quiet pip-tools
	@.local/lock/bin/pip-compile --quiet --upgrade --all-extras --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml

clean: ## Remove data, environment and everything else that git does not know
	@if [ -x .venv/bin/python ]; then $(LOCAL) clean; fi
	@rm -rf .venv node_modules static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
