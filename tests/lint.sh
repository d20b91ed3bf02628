#!/usr/bin/env bash
# Style, types and changelog: ruff, mypy, yamllint, antsibull-changelog, ansible-lint. Nothing is downloaded.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin

echo "ruff"
"$bin/ruff" check --quiet .
"$bin/ruff" format --check --quiet .

echo "mypy"
"$bin/mypy" --no-incremental --no-error-summary \
  plugins tests/conftest.py tests/emulators.py tests/emulator_app.py tests/emulator_behaviour.py tests/modules.py tests/plays.py tests/stacks.py \
  tests/variables.py tests/audit/*.py
MYPYPATH=playbooks/collections:tests:benchmarks:roles/local_aws/files "$bin/mypy" --no-incremental --no-error-summary \
  --no-explicit-package-bases benchmarks/bench.py benchmarks/measure.py benchmarks/peers.py benchmarks/report.py \
  benchmarks/load.py benchmarks/live.py benchmarks/demo.py benchmarks/prod_bench.py tests/processing.py tests/prod.py
"$bin/mypy" --no-incremental --no-error-summary roles/local_aws/files
"$bin/mypy" --no-incremental --no-error-summary roles/processing/files/sensor_functions

echo "yamllint"
"$bin/yamllint" --strict .

echo "antsibull-changelog"
"$bin/antsibull-changelog" lint

echo "ansible-lint"
# It finds our collection and those of the ansible package as a play does.
PATH="$bin:$PATH" ANSIBLE_COLLECTIONS_PATH="$PWD/playbooks/collections:$("$bin/python" -c 'import ansible_collections as c; print(list(c.__path__)[0].rsplit("/", 1)[0])')" \
  "$bin/ansible-lint" --offline --strict -q
