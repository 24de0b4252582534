# The house's own commands. On a fresh Debian 12 or 13: `make run` for the demonstration, `make test` for every check.
PYTHON := .venv/bin/python
PACKAGES := appliance hardware sync web provisioning
PROFILE ?= run

.PHONY: setup lock run stop fmt check test bench prove vectors

setup:            ## Debian packages and the virtual environment; asks before it uses root
	@provisioning/setup.sh $(PROFILE)

run: setup        ## demonstration commune and province until Ctrl-C; RESET=1 begins anew
	@exec .venv/bin/motcua demo run $(if $(RESET),--reset) $(if $(CRASH_AT),--crash-at $(CRASH_AT))

stop:             ## stop a demonstration that was left running
	@.venv/bin/motcua demo stop

fmt:              ## put the code in its one format
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

check: PROFILE = test
check: setup      ## format, lint, types, import directions, docs
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest tests/test_house.py

test: PROFILE = test
test: check       ## everything, real browser included
	.venv/bin/pytest -n 2 --dist loadgroup --durations 15

bench: PROFILE = test
bench: setup      ## figures as a table, and as bench.json
	@$(PYTHON) tests/bench/run.py

prove: PROFILE = test
prove: setup      ## the long proofs; what they saw is left in docs/proofs/
	@$(PYTHON) tests/prove/run.py $(PROOF)

vectors:          ## docs/sync-vectors.json anew from the code; read the difference
	@PYTHONPATH=tests:. $(PYTHON) tests/test_sync_vectors.py

lock:             ## choose versions anew: requirements.lock from pyproject.toml
	@provisioning/lock.sh
