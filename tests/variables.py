"""The roles of the collection as data, and the check of a stack's variables, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task
from ansible.template import Templar, trust_as_template

from ansible_collections.iot.sensor_stack.plugins.action.validate_stack import ActionModule

ROOT = Path(__file__).parent.parent
ROLES = ROOT / "roles"
TIERS = ["network", "secrets", "cache", "database", "processing", "api", "observability"]
NAMES = {"stack_name": "iot", "stack_environment": "dev", "stack_region": "ca-central-1"}


def read_yaml(path: Path) -> Any:
    """A YAML file of the collection."""
    return yaml.safe_load(path.read_text())


def read_specs(role: str) -> dict[str, dict[str, Any]]:
    """The options of each entry point of a role."""
    specs = read_yaml(ROLES / role / "meta" / "argument_specs.yml")["argument_specs"]
    return {entry_point: spec["options"] for entry_point, spec in specs.items()}


def read_defaults(role: str) -> dict[str, Any]:
    """The variables of a role's defaults/main.yml, untemplated."""
    return read_yaml(ROLES / role / "defaults" / "main.yml")


def read_vars(role: str) -> dict[str, Any]:
    """The variables of a role's vars, which may be in several files."""
    folder = ROLES / role / "vars" / "main"
    files = sorted(folder.iterdir()) if folder.is_dir() else [folder.with_suffix(".yml")]
    return {name: value for file in files for name, value in read_yaml(file).items()}


def is_template(value: Any) -> bool:
    """Whether a default depends on other variables."""
    return isinstance(value, str) and "{{" in value


def literal_defaults(role: str) -> dict[str, Any]:
    """The defaults of a role that are no templates."""
    return {name: value for name, value in read_defaults(role).items() if not is_template(value)}


def trust(value: Any) -> Any:
    """A value whose texts Ansible takes as templates, as it does with those of an inventory."""
    if isinstance(value, dict):
        return {key: trust(item) for key, item in value.items()}
    if isinstance(value, list):
        return [trust(item) for item in value]
    return trust_as_template(value) if isinstance(value, str) else value


def validate_stack(variables: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    """Run the action ``validate_stack`` on a host's variables.

    :raises AnsibleActionFail: what is wrong
    """
    # Its default asks the environment, and there are no lookups here.
    variables = {"processing_build_dir": "build", **variables}
    loader, task = DataLoader(), Task()
    task.args = arguments
    templar = Templar(loader, variables)
    action = ActionModule(task, mock.Mock(), mock.Mock(), loader, templar, None)
    return action.run(task_vars=variables)


def find_problems(variables: dict[str, Any], **arguments: Any) -> list[str]:
    """What the action says about these variables besides a stack's name; empty when all is well."""
    try:
        validate_stack(trust({**NAMES, **variables}), **arguments)
    except AnsibleActionFail as error:
        return error._result["problems"]
    return []
