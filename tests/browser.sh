#!/usr/bin/env bash
# Prints the path of Chromium, which opens the page of report.yml in the tests. Where there is none, root gets Debian's package.
set -euo pipefail

find_browser() {
  command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable
}

if ! find_browser >/dev/null; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests of the report need Chromium, and there is none: install it (Debian: apt-get install chromium)" >&2
    exit 1
  fi
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  echo "Installing Chromium, by which the tests look at the report" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } </dev/null >"$log" 2>&1 ||
    { tail -20 "$log" >&2; echo "Chromium could not be installed: apt-get failed, see above" >&2; exit 1; }
fi
find_browser
