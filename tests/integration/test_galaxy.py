"""The collection as Galaxy gives it: what is in the artifact, and a stack from nothing to nothing with it, far from the checkout."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from emulators import Emulator, free_port
from modules import DEFAULT_ACCOUNT, REGION, Account
from stacks import ANSIBLE_PLAYBOOK, ROOT, SMALL, Stack
from variables import read_yaml

ANSIBLE_GALAXY = str(ANSIBLE_PLAYBOOK.with_name("ansible-galaxy"))
# What of the checkout is for those who work on it.
LEFT_OUT = re.compile(
    r"(\.|tests/|tools/|benchmarks/|docs/site/|extensions/molecule/|playbooks/collections/|Makefile|ansible\.cfg|galaxy\.yml"
    r"|pyproject\.toml|requirements-(audit|dev)\.txt)"
)
# About twice what it has.
MOST_BYTES = 2_000_000


def galaxy(folder: Path, *words: str) -> None:
    """Run ansible-galaxy collection in a folder, without a look at Galaxy."""
    done = subprocess.run(
        [ANSIBLE_GALAXY, "collection", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built collection."""
    folder = tmp_path_factory.mktemp("artifact")
    galaxy(ROOT, "build", "--output-path", str(folder))
    (built,) = folder.iterdir()
    return built


def is_listening(emulator: Emulator) -> bool:
    """Whether somebody is behind the endpoint."""
    host, port = emulator.endpoint.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@dataclass
class Installed(Stack):
    """A stack of somebody with the installed collection, an inventory, the ansible.cfg of docs/operations.md, and no checkout."""

    collections: Path = Path()

    def write_inventory(self) -> None:
        """Write both; the role local_aws runs the local AWS on a port of the account's endpoint."""
        (settings,) = re.findall(
            r"```ini\n(\[defaults\]\n.*?)```", (ROOT / "docs/operations.md").read_text(), re.DOTALL
        )
        (self.folder / "ansible.cfg").write_text(settings)
        mine = {
            **SMALL,
            "stack_name": "iot",
            "stack_environment": "mine",
            "stack_region": REGION,
            "stack_endpoint_url": self.account.emulator.endpoint,
            "stack_access_key": "test",
            "stack_secret_key": "the-local-aws-takes-any-secret",
            "local_aws_enabled": True,
            "local_aws_port": self.account.emulator.endpoint.rsplit(":", 1)[1],
            "local_aws_dir": str(self.folder / "local_aws"),
        }
        self.inventory.write_text(yaml.safe_dump({"stacks": {"hosts": {"mine": mine}}}))

    def command(self, playbook: str, *arguments: str) -> list[str]:
        """The playbook by its name in the collection."""
        return [str(ANSIBLE_PLAYBOOK), "-i", str(self.inventory), f"iot.sensor_stack.{playbook}", *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """That of a shell in the folder. Nothing but the path of the collections leads to the collection."""
        paths = {"PWD": str(self.folder), "ANSIBLE_COLLECTIONS_PATH": str(self.collections)}
        environment = super().environment(**paths, **more)
        del environment["ANSIBLE_CONFIG"]
        return environment


@pytest.fixture
def installed(artifact: Path, tmp_path: Path) -> Iterator[Installed]:
    """The artifact in an empty collections path; amazon.aws comes with the package ansible. The local AWS is stopped whatever happens."""
    collections = tmp_path / "collections"
    galaxy(tmp_path, "install", str(artifact), "--offline", "--no-deps", "--collections-path", str(collections))
    account = Account(Emulator("local_aws", f"http://127.0.0.1:{free_port()}"), number=DEFAULT_ACCOUNT)
    stack = Installed(account, tmp_path / "work", {"mine": {}}, collections)
    yield stack
    if is_listening(account.emulator):
        stack.run("destroy", "--tags", "local_aws")


def test_the_artifact_holds_what_is_under_version_control_and_is_for_users(artifact: Path) -> None:
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    wanted = {name for name in listed if name and (ROOT / name).is_file() and not LEFT_OUT.match(name)}
    with tarfile.open(artifact) as archive:
        held = {member.name for member in archive if member.isfile()}
        folders = {member.name for member in archive if member.isdir()}
        manifest_file = archive.extractfile("MANIFEST.json")
        assert manifest_file
        manifest = json.load(manifest_file)

    assert held == wanted | {"MANIFEST.json", "FILES.json"}
    assert folders == {str(parent) for name in held for parent in Path(name).parents} - {"."}
    assert artifact.stat().st_size < MOST_BYTES
    assert manifest["collection_info"]["dependencies"] == read_yaml(ROOT / "galaxy.yml")["dependencies"]


def test_a_stack_from_nothing_to_nothing_far_from_the_checkout(installed: Installed) -> None:
    first = installed.deploy()
    assert first.changed > 0 and str(ROOT / "roles") not in first.output
    assert (installed.folder / "outputs" / f"iot-mine-{REGION}.json").is_file()
    assert installed.deploy().changed == 0
    plan = installed.plan(api_throttle_rate_limit=50)
    assert plan.code == 2 and plan.output.splitlines()[-1] == "Plan: 0 to create, 1 to change, 0 to remove"
    assert len(re.findall(r"^\w+ +present +healthy", installed.run("status").output, re.M)) == 5

    installed.destroy()
    assert not is_listening(installed.account.emulator)
