#!/usr/bin/env bash
# Runs tests/functions on each Python of Lambda's runtimes, 3.12 and 3.13, found on PATH or in pyenv's folder.
# Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/../.."

find_python() {
  local python found
  for python in "$(command -v "python$1")" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python "$(command -v python3)"; do
    found=$("$python" -c 'import ensurepip, ssl, sys, venv; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if [ "$found" = "$1" ]; then
      echo "$python"
      return
    fi
  done
  return 1
}

running=() failed=0
for version in 3.12 3.13; do
  if ! python=$(find_python "$version"); then
    echo "Python $version was not found: the functions are not tested on it" >&2
    continue
  fi
  venv=.cache/functions-$version
  wanted=$(cat requirements-functions.txt tests/functions/requirements.txt; "$python" --version)
  if [ "$(cat "$venv/installed" 2>/dev/null)" != "$wanted" ]; then
    echo "Making $venv with $python"
    "$python" -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/functions/requirements.txt
    echo "$wanted" > "$venv/installed"
  fi
  # Both at once, since they mostly wait. The other tests' conftest.py needs Ansible, which the functions do without.
  "$venv/bin/python" -m pytest --basetemp ".cache/pytest-functions-$version" --confcutdir=tests/functions -q tests/functions "$@" > ".cache/functions-$version.log" 2>&1 &
  running+=("$version $!")
done
for one in "${running[@]}"; do
  wait "${one#* }" || failed=1
  echo "The functions on Python ${one% *}"
  cat ".cache/functions-${one% *}.log"
done
if [ "${#running[@]}" = 0 ]; then
  echo "Neither Python 3.12 nor 3.13 with the venv module was found: install one (Debian: apt install python3 python3-venv)" >&2
  exit 1
fi
exit "$failed"
