# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Start the local AWS in the background, as ``ministack --detach`` does MiniStack: with its PID file and log in TMPDIR.

The environment is MiniStack's: ``GATEWAY_PORT``, ``BIND_HOST``, ``LOG_LEVEL`` and so on.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

APPLICATION = Path(__file__).with_name("local_aws.app")  # hypercorn takes the folder, and then the module
KEPT = ("AWS_DEFAULT_REGION", "AWS_REGION")


def main() -> None:
    """Start it; whether it answers is for the caller to see."""
    port, host = os.environ.get("GATEWAY_PORT", "4566"), os.environ.get("BIND_HOST", "127.0.0.1")
    folder = Path(os.environ.get("TMPDIR", tempfile.gettempdir()))
    command = [sys.executable, "-m", "hypercorn", f"{APPLICATION}:app", "--bind", f"{host}:{port}"]
    options = ["--log-level", os.environ.get("LOG_LEVEL", "INFO").upper(), "--keep-alive", "75"]
    # MiniStack hands its environment on to the functions it runs: not the caller's credentials.
    environment = {name: value for name, value in os.environ.items() if name in KEPT or not name.startswith("AWS_")}
    with (folder / f"ministack-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            command + options,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (folder / f"ministack-{port}.pid").write_text(str(process.pid))
    print(f"The local AWS was started in the background (PID {process.pid}) on port {port}")


if __name__ == "__main__":
    main()
