"""Run the playbooks as a user would, for stacks of accounts on an emulator."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from modules import REGION, SECRET_KEY, Account

ROOT = Path(__file__).parent.parent
PLAYBOOKS = ROOT / "playbooks"
ANSIBLE_PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
# What Ansible packs for the modules is the same for all stacks.
PAYLOADS = ROOT / ".cache" / "warm"

# One node and one instance: quicker, where the numbers do not matter.
SMALL = {
    "cache_num_cache_clusters": 1,
    "cache_automatic_failover_enabled": False,
    "cache_multi_az_enabled": False,
    "database_instance_count": 1,
}


def changes(document: dict[str, Any]) -> dict[str, tuple[str, set[str]]]:
    """Of the plan or deploy of one stack: resource to its action and the names of its fields."""
    (stack,) = document["stacks"].values()
    return {change["resource"]: (change["action"], set(change["fields"])) for change in stack["changes"]}


@dataclass
class Run:
    """A finished run of a playbook."""

    code: int
    output: str

    @property
    def changed(self) -> int:
        """How many tasks changed something, over all hosts."""
        return sum(int(count) for count in re.findall(r"changed=(\d+)", self.output))

    @property
    def changed_tasks(self) -> list[str]:
        """The names of the tasks that changed something, without their role, in order."""
        tasks: list[str] = []
        task = ""
        for line in self.output.splitlines():
            if match := re.match(r"TASK \[(?:[\w.]+ : )?(.*?)\] \**", line):
                task = match[1]
            elif line.startswith("changed: ") and task not in tasks[-1:]:
                tasks.append(task)
        return tasks


@dataclass
class Plan(Run):
    """A finished run of plan.yml, with its JSON file; empty where the run did not get that far."""

    document: dict[str, Any]


@dataclass
class Stack:
    """A folder with an inventory of one or more stacks in an account, and runs of playbooks on it."""

    account: Account
    folder: Path
    environments: dict[str, dict[str, Any]] = field(default_factory=lambda: {"dev": {}})

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write_inventory()

    def write_inventory(self) -> None:
        """Write the inventory: one host an environment, with its own variables."""
        hosts = {
            name: {"stack_environment": name, "stack_region": REGION, **variables}
            for name, variables in self.environments.items()
        }
        common = {
            "stack_name": "iot",
            "stack_endpoint_url": self.account.emulator.endpoint,
            "stack_access_key": self.account.number,
            "stack_secret_key": SECRET_KEY,
            "stack_outputs_dir": str(self.folder / "outputs"),
        }
        inventory = {"stacks": {"hosts": hosts, "vars": common}}
        self.inventory.write_text(yaml.safe_dump(inventory))

    @property
    def inventory(self) -> Path:
        """The inventory of the runs."""
        return self.folder / "hosts.yml"

    def command(self, playbook: str, *arguments: str) -> list[str]:
        """The command line of a run."""
        return [
            str(ANSIBLE_PLAYBOOK),
            "-i",
            str(self.inventory),
            str(PLAYBOOKS / f"{playbook}.yml"),
            *arguments,
        ]

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a run: nothing of AWS but what the inventory says."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
        return {
            **kept,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_WARM_CACHE_DIR": str(PAYLOADS),
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            **more,
        }

    def try_run(self, playbook: str, *arguments: str, variables: dict[str, Any] | None = None, **more: str) -> Run:
        """Run a playbook to its end, without a terminal.

        :arg variables: extra variables; more: environment variables
        """
        extra = [f"-e@{self._write_variables(variables)}"] if variables else []
        done = subprocess.run(
            self.command(playbook, *arguments, *extra),
            cwd=self.folder,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def _write_variables(self, variables: dict[str, Any]) -> Path:
        path = self.folder / "variables.yml"
        path.write_text(yaml.safe_dump(variables))
        return path

    def run(self, playbook: str, *arguments: str, variables: dict[str, Any] | None = None, **more: str) -> Run:
        """Run a playbook that must succeed."""
        done = self.try_run(playbook, *arguments, variables=variables, **more)
        assert done.code == 0, done.output[-6000:]
        return done

    def run_tasks(self, tasks: list[dict[str, Any]], variables: dict[str, Any] | None = None) -> Run:
        """Run tasks as a playbook of the user's own, which must succeed."""
        play = {
            "hosts": "stacks",
            "gather_facts": False,
            "vars_files": [str(PLAYBOOKS / "group_vars" / "stacks.yml")],
            "module_defaults": {"group/iot.sensor_stack.aws": "{{ stack_connection }}"},
            "tasks": tasks,
        }
        path = self.folder / "tasks.yml"
        path.write_text(yaml.safe_dump([play]))
        return self.run(str(path.with_suffix("")), variables=variables)

    def deploy(self, *arguments: str, **variables: Any) -> Run:
        """Run site.yml, with extra variables."""
        return self.run("site", *arguments, variables=variables)

    def plan(self, *arguments: str, **variables: Any) -> Plan:
        """Run plan.yml, with extra variables."""
        file = self.folder / "plan.json"
        file.unlink(missing_ok=True)
        run = self.try_run("plan", *arguments, variables=variables, IOT_SENSOR_STACK_PLAN_FILE=str(file))
        return Plan(run.code, run.output, json.loads(file.read_text()) if file.exists() else {})

    def deploy_changes(self, *arguments: str, **variables: Any) -> dict[str, Any]:
        """Run site.yml, with extra variables; what it changed, in the form of a plan."""
        file = self.folder / "deploy.json"
        file.unlink(missing_ok=True)
        self.run("site", *arguments, variables=variables, IOT_SENSOR_STACK_DEPLOY_FILE=str(file))
        return json.loads(file.read_text())

    def destroy(self, *arguments: str, **variables: Any) -> Run:
        """Run destroy.yml with its explicit word; only for an inventory of one stack."""
        (environment,) = self.environments
        return self.run("destroy", *arguments, "-e", f"stack_destroy=iot-{environment}", variables=variables)
