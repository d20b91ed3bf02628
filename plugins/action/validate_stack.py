# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Check the inventory's variables before the first AWS call; see the documentation in plugins/modules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleTemplateError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import TIERS
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import check_stack, explain_type
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.tiers import RULES

ROLES = Path(__file__).parent.parent.parent / "roles"


class ActionModule(ActionBase):
    """Validates in the controller: no module is sent anywhere."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check the types by the roles' argument specs, then the values by the tiers' rules."""
        result = super().run(tmp, task_vars)
        _valid, options = self.validate_argument_spec(
            argument_spec={
                "tiers": {"type": "list", "elements": "str", "choices": list(TIERS), "default": list(TIERS)},
            }
        )
        problems: list[str] = []
        for tier in options["tiers"]:
            problems += self._check_tier(tier, task_vars or {})
        found = list(dict.fromkeys(problems))
        if found:
            raise AnsibleActionFail("; ".join(found), result={"problems": found})
        return {**result, "changed": False}

    def _check_tier(self, tier: str, task_vars: dict[str, Any]) -> list[str]:
        options = self._load(tier, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
        defaults = {name: value for name, value in self._load(tier, "defaults/main.yml").items() if name in options}
        given = {name: task_vars[name] for name in (*options, "stack_region") if name in task_vars}
        values, problems = self._template({**defaults, **given}, {**defaults, **task_vars})
        if problems:
            return problems
        region = values.get("stack_region")
        if "stack_region" not in options:
            values.pop("stack_region", None)
        validation = ArgumentSpecValidator(options).validate(values)
        if validation.error_messages:
            return [explain_type(message, values, options) for message in validation.error_messages]
        checked = {**validation.validated_parameters, "stack_region": region}
        return check_stack(checked) + RULES[tier](checked)

    def _load(self, tier: str, file: str) -> Any:
        """A YAML file of a role, whose values may be templates."""
        return self._loader.load_from_file(str(ROLES / tier / file), trusted_as_template=True)

    def _template(self, variables: dict[str, Any], known: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The variables' values, and a sentence for each that has none, such as one that names an undefined variable.

        :arg known: what they may refer to
        """
        templar = self._templar.copy_with_new_env(available_variables=known)
        values, problems = {}, []
        for name, value in variables.items():
            try:
                values[name] = templar.template(value)
            except AnsibleTemplateError as error:
                problems.append(f"{name} has no value: {error.message}")
        return values, problems
