#!/usr/bin/env bash
# Builds the documentation's site: .cache/docs/html/index.html. Warnings, such as a link that leads nowhere, are errors.
set -euo pipefail
cd "$(dirname "$0")/../.."
docs=$PWD/.cache/docs
# antsibull-docs runs the ansible-doc of the environment that deploys, and sees of its collections just what ours refers to.
collections=$docs/collections/ansible_collections
packaged=$(.venv/bin/python -c 'import ansible_collections; print(list(ansible_collections.__path__)[0])')
export PATH=$PWD/.venv/bin:$PATH ANSIBLE_COLLECTIONS_PATH=$docs/collections ANSIBLE_COLLECTIONS_SCAN_SYS_PATH=false

rm -rf "$docs/collections" "$docs/source" "$docs/html"
mkdir -p -m 755 "$docs/source/collection" "$collections/iot" "$collections/amazon" "$collections/community"
ln -s "$PWD" "$collections/iot/sensor_stack"
ln -s "$packaged/amazon/aws" "$collections/amazon/aws"
ln -s "$packaged/community/aws" "$collections/community/aws"
tar -c --exclude __pycache__ *.md CHANGELOG.rst requirements*.txt benchmarks docs extensions inventories plugins roles | tar -x -C "$docs/source"
cp docs/site/index.md "$docs/source"

"$docs/venv/bin/antsibull-docs" collection --use-current --squash-hierarchy --fail-on-error --dest-dir "$docs/source/collection" iot.sensor_stack
# A role has one page: its README, and below that the options of its entry points.
for role in roles/*/; do
  name=$(basename "$role")
  sed -E -f docs/site/role.sed "$docs/source/collection/${name}_role.rst" > "$docs/source/roles/$name/options.rst"
  rm "$docs/source/collection/${name}_role.rst"
  printf '\n## Options of each entry point\n\n```{eval-rst}\n.. include:: /roles/%s/options.rst\n```\n' "$name" >> "$docs/source/roles/$name/README.md"
done
sed -i.bak -E '/^    [a-z_]+_role$/d' "$docs/source/collection/index.rst"

"$docs/venv/bin/sphinx-build" -W --keep-going -q -b html -c docs/site -d "$docs/doctrees" "$docs/source" "$docs/html"
"$docs/venv/bin/python" docs/site/external_assets.py "$docs/html"
"$docs/venv/bin/antsibull-docs" lint-collection-docs --plugin-docs --validate-collection-refs=all .
echo "The site: $docs/html/index.html"
