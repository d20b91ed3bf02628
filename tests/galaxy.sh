#!/usr/bin/env bash
# What Galaxy does with an upload: the collection is built and imported. A warning of the importer is an error here.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
root=$PWD/.cache/galaxy

rm -rf "$root"
mkdir -p "$root/tmp"
"$bin/ansible-galaxy" collection build --output-path "$root"

cd "$root"
export HOME=$root PATH=$bin:$PATH GALAXY_IMPORTER_TMP_ROOT_DIR=$root/tmp GALAXY_IMPORTER_ANSIBLE_LOCAL_TMP=$root/tmp
# Its ansible-lint takes 40 seconds, and lint.sh runs it on the same files with the same profile and fewer exceptions.
export GALAXY_IMPORTER_RUN_ANSIBLE_LINT=false
if ! "$bin/python" -m galaxy_importer.main iot-sensor_stack-*.tar.gz > importer.log || grep -qE '^(WARNING|ERROR|CRITICAL):' importer.log; then
  grep -vE '^Loading ' importer.log >&2
  exit 1
fi
