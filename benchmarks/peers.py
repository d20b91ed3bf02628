"""The two tools that are compared: how each makes, looks at, changes and removes the same stacks."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import string
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml
from emulators import Emulator
from measure import CommandFailed, Job, Usage, measure
from modules import SECRET_KEY, Account
from report import IDLE_MODULES, IDLE_SKIPPED, IDLE_TASKS
from stacks import ROOT, Stack

TERRAFORM_FILES = Path(__file__).parent / "terraform"
MIRROR = "TERRAFORM_PLUGIN_MIRROR"
# Requests a second of the usage plan, before and after the one change.
RATE, CHANGED_RATE = 200, 250
# How many stacks Terraform makes at once where that is not measured: mostly it waits.
SET_UP_AT_ONCE = 5


class Tool(Protocol):
    """A tool with a folder of its own, an emulator, and the environments whose stacks it keeps there."""

    def prepare(self) -> None:
        """Do what is needed once, before anything is measured."""

    def set_up(self) -> None:
        """Make the stacks, however quickly, so that a further run finds nothing to do; not measured."""

    def create(self) -> Usage:
        """Make the stack."""

    def settle(self) -> None:
        """After a creation, do what it takes until a further run finds nothing to do; not measured."""

    def unchanged(self) -> Usage:
        """Run again; there must be nothing to do."""

    def change(self) -> Usage:
        """Change the rate of the stack's usage plan."""

    def destroy(self) -> Usage:
        """Remove the stack."""


def _check(log: Path, wanted: str, unwanted: str = r"(?!)") -> None:
    """Hold the output of a run against what it must and must not say, as regular expressions."""
    output = log.read_text()
    if not re.search(wanted, output) or re.search(unwanted, output):
        raise CommandFailed(f"expected {wanted!r} in the output:\n{output[-4000:]}")


@dataclass
class Playbooks:
    """The playbooks of this collection, with the default connection, or with Ansible's own (plain).

    All stacks are hosts of one inventory: one run is for all of them.
    """

    folder: Path
    emulator: Emulator
    environments: list[str]
    plain: bool = False

    def __post_init__(self) -> None:
        variables = {"secrets_recovery_window_in_days": 0}
        hosts = {name: dict(variables) for name in self.environments}
        self.stack = Stack(Account(self.emulator), self.folder / "stacks", hosts)
        self.log = self.folder / "playbooks.log"

    def prepare(self) -> None:
        """Nothing: the folder of the inventory is all it takes."""

    def set_up(self) -> None:
        self.create()

    def create(self) -> Usage:
        return self._run("site", wanted=r"changed=[1-9]")

    def settle(self) -> None:
        """Nothing: the first run after the creation finds nothing to do."""

    def unchanged(self) -> Usage:
        return self._run("site", wanted=r"changed=0 ", unwanted=r"changed=[1-9]")

    def change(self) -> Usage:
        return self._run("site", "-e", f"api_throttle_rate_limit={CHANGED_RATE}", wanted=r"changed=1 ")

    def idle(self) -> Usage:
        """Run a play of as many tasks and modules as an unchanged run has, none of which does anything."""
        tasks: list[dict[str, Any]] = [{"ansible.builtin.ping": {}}] * IDLE_MODULES
        tasks += [{"ansible.builtin.debug": {"msg": "-"}}] * IDLE_TASKS
        tasks += [{"ansible.builtin.debug": {"msg": "-"}, "when": False}] * IDLE_SKIPPED
        path = self.folder / "idle.yml"
        variables = yaml.safe_load((ROOT / "playbooks" / "group_vars" / "stacks.yml").read_text())
        path.write_text(json.dumps([{"hosts": "stacks", "gather_facts": False, "vars": variables, "tasks": tasks}]))
        return self._run(str(path.with_suffix("")), wanted=r"changed=0 ")

    def destroy(self) -> Usage:
        (environment,) = self.environments
        return self._run("destroy", "-e", f"stack_destroy=iot-{environment}", wanted=r"Nothing of it is left")

    def _run(self, playbook: str, *arguments: str, wanted: str, unwanted: str = r"(?!)") -> Usage:
        connection = ["-e", "ansible_warm_enabled=false"] if self.plain else []
        command = self.stack.command(playbook, *connection, *arguments)
        usage = measure(Job([command], self.stack.environment(), str(self.folder), str(self.log)))
        _check(self.log, wanted, unwanted)
        return usage


class TerraformMissing(Exception):
    """Terraform cannot be measured here; says why."""


def terraform_mirror() -> Path:
    """The folder of Terraform's providers; raises TerraformMissing."""
    if shutil.which("terraform") is None:
        raise TerraformMissing("there is no terraform on the PATH")
    mirror = os.environ.get(MIRROR)
    if not mirror:
        raise TerraformMissing(f"{MIRROR} does not name a folder with its providers")
    if not (Path(mirror) / "registry.terraform.io" / "hashicorp" / "aws").is_dir():
        raise TerraformMissing(f"{MIRROR} names a folder without registry.terraform.io/hashicorp/aws")
    return Path(mirror)


def _generated(length: int = 32) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _character in range(length))


@dataclass
class Terraform:
    """Terraform with one workspace for each stack, one after the other; initialised and refreshed as it is by default."""

    folder: Path
    emulator: Emulator
    environments: list[str]
    mirror: Path = field(default_factory=terraform_mirror)

    def __post_init__(self) -> None:
        self.log = self.folder / "terraform.log"
        self.root = self.folder / "terraform"
        self.settings = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))},
            "AWS_ACCESS_KEY_ID": Account(self.emulator).number,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_ENDPOINT_URL": self.emulator.endpoint,
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": os.devnull,
            "TF_IN_AUTOMATION": "1",
            "TF_VAR_api_key": _generated(),
            "TF_VAR_password": _generated(),
            "TF_VAR_rate_limit": str(RATE),
        }

    def prepare(self) -> None:
        shutil.copytree(TERRAFORM_FILES, self.root)
        init = ["terraform", "init", "-input=false", "-no-color", f"-plugin-dir={self.mirror}"]
        measure(Job([init], self.settings, str(self.root), str(self.log)))

    def set_up(self) -> None:
        def one(environment: str) -> None:
            log = self.log.with_suffix(f".{environment}")
            for _step in ("create", "settle"):
                self._measure("apply", environment, log=log)

        with ThreadPoolExecutor(SET_UP_AT_ONCE) as pool:
            list(pool.map(one, self.environments))

    def create(self) -> Usage:
        usage = self._measure("apply", *self.environments)
        _check(self.log, r"Apply complete! Resources: [1-9]\d* added, 0 changed, 0 destroyed")
        return usage

    def settle(self) -> None:
        """Apply once more: the emulator reads back some defaults unlike AWS, and moves the cluster's endpoint once."""
        self._measure("apply", *self.environments)

    def unchanged(self) -> Usage:
        usage = self._measure("apply", *self.environments)
        nothing = "0 added, 0 changed, 0 destroyed"
        _check(self.log, f"Resources: {nothing}", f"Resources: (?!{nothing})")
        return usage

    def change(self) -> Usage:
        usage = self._measure("apply", *self.environments, TF_VAR_rate_limit=str(CHANGED_RATE))
        _check(self.log, r"Resources: 0 added, 1 changed, 0 destroyed")
        return usage

    def destroy(self) -> Usage:
        usage = self._measure("destroy", *self.environments)
        _check(self.log, r"Destroy complete! Resources: [1-9]")
        return usage

    def _measure(self, action: str, *environments: str, log: Path | None = None, **variables: str) -> Usage:
        command = ["terraform", action, "-auto-approve", "-input=false", "-no-color"]
        # env becomes the command, so that it adds no process.
        commands = [["env", f"TF_WORKSPACE={name}", *command] for name in environments]
        return measure(Job(commands, {**self.settings, **variables}, str(self.root), str(log or self.log)))


# In the order of the report; the first is what the others are held against.
TOOLS = {
    "ansible": "this collection",
    "terraform": "Terraform",
    "plain": "this collection without its connection plugin",
}


def make(tool: str, folder: Path, emulator: Emulator, environments: list[str]) -> Tool:
    """A tool by its name on the command line, ready to be used."""
    made: Tool
    if tool == "terraform":
        made = Terraform(folder, emulator, environments)
    else:
        made = Playbooks(folder, emulator, environments, plain=tool == "plain")
    made.prepare()
    return made


def terraform_versions(mirror: Path) -> dict[str, str]:
    """The versions of Terraform and its AWS provider."""
    output = subprocess.run(["terraform", "version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"Terraform v(\S+)", output)
    providers = sorted(
        path.name for path in (mirror / "registry.terraform.io/hashicorp/aws").iterdir() if path.is_dir()
    )
    return {"terraform": version[1] if version else "unknown", "terraform-provider-aws": providers[-1]}
