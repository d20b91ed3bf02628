#!/usr/bin/env bash
# All scenarios of extensions/molecule, two at a time, on free ports. Arguments go to molecule test.
set -euo pipefail
cd "$(dirname "$0")/.."

free_ports() {
  "$PWD/.venv/bin/python" -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(one.getsockname()[1] for one in sockets))'
}

read -r LOCAL_AWS_PORT LOCAL_AWS_DATABASE_PORT LOCAL_AWS_CACHE_PORT <<< "$(free_ports)"
export LOCAL_AWS_PORT LOCAL_AWS_DATABASE_PORT LOCAL_AWS_CACHE_PORT
PATH=$PWD/.venv/bin:$PATH molecule test --all --workers 2 --no-command-borders "$@"
