#!/usr/bin/env bash
# The old end of the support range, Python 3.11 with ansible 12, in an environment of its own: the unit tests, a stack from nothing to
# nothing, and what needs awx.awx, which newer ansible packages do not bring. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! python=$(PYTHON_VERSIONS=3.11 tools/find-python 2>/dev/null); then
  echo "Python 3.11 was not found: the old end of the support range is not tested" >&2
  exit 1
fi
venv=.cache/oldest
wanted=$(cat requirements*.txt benchmarks/requirements.txt; "$python" --version)
if [ "$(cat "$venv/installed" 2>/dev/null)" != "$wanted" ]; then
  echo "Making $venv with $python"
  "$python" -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r requirements-dev.txt
  echo "$wanted" > "$venv/installed"
fi
"$venv/bin/python" -m pytest --basetemp .cache/pytest-oldest -q -n 2 --dist loadfile tests/unit "$@"
"$venv/bin/python" -m pytest --basetemp .cache/pytest-oldest -q -m oldest tests/integration "$@"
