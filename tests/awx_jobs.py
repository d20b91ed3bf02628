"""Jobs as AWX runs them: a copy of the project, an inventory, credentials in the environment, ansible-runner, no terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from modules import SECRET_KEY, Account
from stacks import Stack
from variables import ROOT, read_yaml

TEMPLATES = {
    template["name"].removeprefix("Sensor stack - "): template
    for template in read_yaml(ROOT / "extensions/awx/configuration/job_templates.yml")["awx_job_templates"]
}
PROJECT = (
    "LICENSE",
    "ansible.cfg",
    "collections",
    "extensions",
    "galaxy.yml",
    "inventories",
    "meta",
    "playbooks",
    "plugins",
    "roles",
)

# ansible-runner lets jobs believe that they have a terminal.
COLOUR = r"\x1b\[[\d;]*m"
# What AWX gives by a credential, and our own inventories of tests by variables.
CREDENTIAL = ("stack_endpoint_url", "stack_access_key", "stack_secret_key")


@dataclass
class Job:
    """A job that has ended."""

    code: int
    output: str
    events: list[dict[str, Any]]

    @property
    def changed(self) -> int:
        """How many tasks changed something, over all hosts."""
        (stats,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return sum(stats["changed"].values())

    @property
    def artifacts(self) -> dict[str, Any]:
        """What set_stats gave to AWX."""
        (stats,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return stats.get("artifact_data", {})


@dataclass
class Runner:
    """A folder in AWX's layout for the jobs on the stacks of an inventory."""

    account: Account
    folder: Path
    inventory: dict[str, Any]

    def __post_init__(self) -> None:
        project = self.folder / "project"
        project.mkdir(parents=True)
        for name in PROJECT:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, project / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, project / name)
        (self.folder / "inventory").mkdir()
        (self.folder / "env").mkdir()
        (self.folder / "inventory" / "hosts").write_text(yaml.safe_dump(self.inventory))

    def start(self, name: str, job: str, *, limit: str = "", tags: str = "", **variables: Any) -> subprocess.Popen[str]:
        """Start a job of a template.

        :arg job: the job's own name; variables: what the survey or the launch gives
        """
        template = TEMPLATES[name]
        words = [*self._words(template, job), "--cmdline", self._cmdline(template, limit, tags, variables)]
        return subprocess.Popen(
            words,
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, name: str, **options: Any) -> Job:
        """Run a job of a template to its end."""
        job = f"{name.replace(' ', '-')}-{len(list(self.folder.glob('artifacts/*')))}"
        return self.wait(self.start(name, job, **options), job)

    def wait(self, process: subprocess.Popen[str], job: str) -> Job:
        """Wait for a job, and read its events back."""
        output, _nothing = process.communicate()
        return Job(process.returncode, re.sub(COLOUR, "", output), list(self._events(job)))

    def _words(self, template: dict[str, Any], job: str) -> list[str]:
        program = str(Path(sys.executable).with_name("ansible-runner"))
        return [program, "run", str(self.folder), "-p", template["playbook"], "--ident", job, "-vvv"]

    def _cmdline(self, template: dict[str, Any], limit: str, tags: str, variables: dict[str, Any]) -> str:
        given = {**template.get("extra_vars", {}), **variables}
        tags = tags or template.get("job_tags", "")
        return " ".join(
            [
                *(["--check"] if template.get("job_type") == "check" else []),
                *(["--diff"] if template.get("diff_mode") else []),
                *([f"--limit {limit}"] if limit else []),
                *([f"--tags {tags}"] if tags else []),
                f"-e '{json.dumps(given)}'",
            ]
        )

    def _environment(self) -> dict[str, str]:
        """What AWX sets, with the keys of a credential of the type Amazon Web Services."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "AWS_"))}
        programs = Path(sys.executable).parent
        return {
            **kept,
            "PATH": f"{programs}:{kept['PATH']}",
            "HOME": str(self.folder),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "tmp"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "requirements_collections"),
            "AWS_ACCESS_KEY_ID": self.account.number,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_ENDPOINT_URL": self.account.emulator.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _events(self, job: str) -> Iterator[dict[str, Any]]:
        for path in sorted((self.folder / "artifacts" / job / "job_events").glob("*.json")):
            yield json.loads(path.read_text())


def runner_of(stack: Stack, folder: Path, **variables: Any) -> Runner:
    """A runner for the jobs on a stack of the tests.

    :arg variables: what its inventory has besides
    """
    stacks = read_yaml(stack.inventory)["stacks"]
    given = {name: value for name, value in stacks["vars"].items() if name not in CREDENTIAL}
    return Runner(stack.account, folder, {"all": {"children": {"stacks": {**stacks, "vars": {**given, **variables}}}}})
