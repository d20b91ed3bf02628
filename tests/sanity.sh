#!/usr/bin/env bash
# ansible-test sanity, with no ignores, on the built collection. Arguments go to ansible-test.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
root=$PWD/.cache/sanity
copy=$root/ansible_collections/iot/sensor_stack

rm -rf "$root"/*.tar.gz "$copy"
mkdir -p "$copy"
"$bin/ansible-galaxy" collection build --output-path "$root"
tar -xf "$root"/*.tar.gz -C "$copy"
site=$("$bin/python" -c 'import ansible_collections as c; print(list(c.__path__)[0])')
for namespace in amazon community; do
  mkdir -p "$root/ansible_collections/$namespace"
  ln -sfn "$site/$namespace/aws" "$root/ansible_collections/$namespace/aws"
done

# ansible-test downloads get-pip.py into its cache; Python's own ensurepip does the same without a download.
export HOME=$root/home
requirements=$("$bin/python" -c 'import ansible_test._internal.python_requirements as r; print(r.__file__)')
pip_version=$(sed -nE "s/^ +pip='([0-9.]+)',/\1/p" "$requirements")
mkdir -p "$HOME/.ansible/test/cache"
cat > "$HOME/.ansible/test/cache/get_pip_${pip_version//./_}.py" <<'PYTHON'
import ensurepip

ensurepip.bootstrap()
PYTHON

cd "$copy"
git init -q . && git add -A
"$bin/ansible-test" sanity --venv --python "$("$bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" --color no "$@"
