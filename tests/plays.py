"""Run a few tasks on this machine, without AWS, with the settings of the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent


@dataclass
class Play:
    """A play of tasks on localhost in a folder of its own."""

    folder: Path

    def run(self, tasks: list[dict[str, Any]], *arguments: str, **keywords: Any) -> subprocess.CompletedProcess[str]:
        """Run the tasks with the collection's ansible.cfg; keywords belong to the play."""
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks, **keywords}
        (self.folder / "play.yml").write_text(yaml.safe_dump([play]))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
        }
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", "-c", "local"]
        return subprocess.run(
            [*command, "-e", f"ansible_python_interpreter={sys.executable}", "play.yml", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    @property
    def document(self) -> dict[str, Any]:
        """The plan as JSON."""
        return json.loads((self.folder / "outputs" / "plan.json").read_text())

    def copy(self, name: str, content: str) -> dict[str, Any]:
        """A task that writes a file."""
        arguments = {"content": content, "dest": str(self.folder / name), "mode": "0600"}
        return {"name": f"Ensure the file {name}", "ansible.builtin.copy": arguments}
