"""The commands of the Makefile, as a newcomer uses them: on a checkout, with the local AWS on a port of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from emulators import free_port
from stacks import ROOT


@dataclass
class Checkout:
    """A copy of the files under version control, with the virtual environment of this checkout."""

    folder: Path
    port: int

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run make and return what it printed."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_", "MAKE"))
        }
        environment |= {"LOCAL_AWS_PORT": str(self.port), "ANSIBLE_HOME": str(self.folder / ".ansible")}
        return subprocess.run(
            ["make", "--no-print-directory", *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def is_listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout; the local AWS is stopped at the end whatever happens."""
    folder = tmp_path_factory.mktemp("make") / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_symlink() or (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    checkout = Checkout(folder, free_port())
    yield checkout
    checkout.make("destroy", "ARGS=--tags local_aws")


def test_deploy_status_plan_destroy(checkout: Checkout) -> None:
    deployed = checkout.make("deploy")
    assert deployed.returncode == 0, deployed.stdout[-4000:]
    curl = re.search(r"curl .*?/sensor-data", deployed.stdout, re.DOTALL)
    assert curl, deployed.stdout[-2000:]
    posted = subprocess.run(re.sub(r"\s+", " ", curl[0]), shell=True, capture_output=True, text=True, check=True)
    assert posted.stdout == '{"message": "Data received"}'
    outputs = json.loads((checkout.folder / "outputs" / "iot-local-ca-central-1.json").read_text())
    (block, *_more) = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert re.findall(r"^\$ (.*)", block, re.M) == ["make deploy"], "the README's first block is what ran above"
    assert set(re.findall(r"^(\w+)  +\S+$", block, re.M)) == set(outputs)
    assert outputs["api_gateway_url"].startswith(f"http://127.0.0.1:{checkout.port}/") and outputs["api_key_value"]

    status = checkout.make("status")
    assert status.returncode == 0
    assert len(re.findall(r"^(network|secrets|cache|database|api) +present +healthy", status.stdout, re.M)) == 5
    program = json.loads(checkout.make("status", "ARGS=--format json").stdout)
    assert program["stack"] == "iot-local" and program["tiers"]["database"]["health"] == "healthy"
    assert "TASK" not in status.stdout and outputs["api_key_value"] not in status.stdout + json.dumps(program)

    report = checkout.make("report")
    assert report.returncode == 0, report.stdout[-4000:]
    page = checkout.folder / "outputs" / "iot-local-ca-central-1.html"
    assert str(page) in report.stdout and outputs["api_key_value"] not in page.read_text()
    assert "AWS has what the inventory wants" in page.read_text()

    plan = checkout.make("plan")
    assert plan.returncode == 0 and plan.stdout.splitlines()[-1] == "Plan: 0 to create, 0 to change, 0 to remove"
    assert checkout.make("plan", "ARGS=-e api_throttle_rate_limit=50").returncode == 2
    wrong = checkout.make("plan", "ARGS=-e api_throttle_rate_limit=-1")
    assert wrong.returncode == 1 and "api_throttle_rate_limit is -1" in wrong.stdout
    assert json.loads((checkout.folder / "outputs" / "plan.json").read_text())["stacks"]["local"]["errors"]

    destroyed = checkout.make("destroy")
    assert destroyed.returncode == 0, destroyed.stdout[-4000:]
    assert not checkout.is_listening() and not page.exists()


def test_first_plan_on_an_empty_account(checkout: Checkout) -> None:
    plan = checkout.make("plan")

    assert plan.returncode == 2, plan.stdout[-4000:]
    assert "Plan: 21 to create, 0 to change, 0 to remove" in plan.stdout and "TASK" not in plan.stdout
    assert len(re.findall(r"^(network|secrets|cache|database|api) +missing", checkout.make("status").stdout, re.M)) == 5
    assert checkout.make("destroy").returncode == 0 and not checkout.is_listening()


def test_a_port_held_by_someone_else(checkout: Checkout) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        refused = Checkout(checkout.folder, port).make("deploy")

    assert refused.returncode != 0
    assert f"Port {port} of 127.0.0.1 is held by something that is not MiniStack" in " ".join(refused.stdout.split())


def test_an_unknown_environment(checkout: Checkout) -> None:
    refused = checkout.make("deploy", "ENV=nowhere")

    assert (
        refused.returncode != 0
        and "there is no inventory inventories/nowhere; there are: demo dev local prod qa" in refused.stdout
    )
