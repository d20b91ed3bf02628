"""The callback warm: the server is there before the first module, where it will be used, and nowhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from plays import ROOT

WARM = {"ansible_connection": "iot.sensor_stack.warm", "ansible_python_interpreter": sys.executable}
# A raw command needs no module, so that whatever runs was started ahead of the first.
LOOK = {"ansible.builtin.raw": "find {{ lookup('env', 'ANSIBLE_LOCAL_TEMP') }} -type s", "register": "found"}
SHOW = {"ansible.builtin.debug": {"msg": "servers {{ found.stdout_lines | length }}"}}


def run(folder: Path, variables: dict[str, Any], tasks: list[dict[str, Any]], **environment: str) -> str:
    """The output of a play on this host."""
    (folder / "play.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    own = {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
    }
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    # Modules run in the folder of the playbook, wherever it is called from.
    words = [program, "-i", "localhost,", "-e", json.dumps(variables), str(folder / "play.yml")]
    done = subprocess.run(
        words, cwd=ROOT, env={**kept, **own, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stdout + done.stderr
    assert not list(folder.glob("tmp/*/warm"))
    return done.stdout


def test_the_server_is_started_ahead(tmp_path: Path) -> None:
    assert "servers 1" in run(tmp_path, WARM, [LOOK, SHOW])


@pytest.mark.parametrize(
    ("variables", "environment"),
    [
        ({**WARM, "ansible_warm_enabled": False}, {}),
        ({**WARM, "ansible_connection": "local"}, {}),
        ({**WARM, "ansible_python_interpreter": "auto_silent"}, {}),
        ({**WARM, "ansible_python_interpreter": "/no/such/python"}, {}),
        (WARM, {"ANSIBLE_WARM_ENABLED": "false"}),
        (WARM, {"ANSIBLE_CALLBACKS_ENABLED": "iot.sensor_stack.plan"}),
    ],
)
def test_no_server_is_started_that_nobody_will_use(
    variables: dict[str, Any], environment: dict[str, str], tmp_path: Path
) -> None:
    assert "servers 0" in run(tmp_path, variables, [LOOK, SHOW], **environment)


def test_the_modules_use_that_server(tmp_path: Path) -> None:
    module = {"ansible.builtin.stat": {"path": "/"}}
    for _run in range(2):  # the second knows the first one's payloads
        assert "servers 1" in run(tmp_path, WARM, [module, LOOK, SHOW])
