"""What is allowed for the keys, readers, replicas and schedules of the secrets."""

from __future__ import annotations

from typing import Any

import pytest
from variables import find_problems

ROLE = "arn:aws:iam::{account_id}:role/readers"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    "variables",
    [
        {"secrets_kms_keys": ["secrets", "data", "logs"], "secrets_kms_rotation_period_in_days": 90},
        {"secrets_kms_deletion_window_in_days": 7, "secrets_recovery_window_in_days": 30},  # no keys
        {"secrets_kms_keys": ["data"], "secrets_kms_deletion_window_in_days": 7, "secrets_recovery_window_in_days": 0},
        {"secrets_restrict_access": True, "secrets_allowed_roles": [ROLE, "arn:aws:iam::123456789012:user/a*"]},
        {"secrets_replica_regions": [{"region": "eu-central-1", "kms_key_id": KEY}, {"region": "us-east-1"}]},
        {"secrets_rotation_schedule": "cron(0 /10 * * ? *)"},
    ],
)
def test_what_is_allowed(variables: dict[str, Any]) -> None:
    assert find_problems(variables, tiers=["secrets"]) == []


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"secrets_kms_keys": ["database"]}, "secrets_kms_keys"),
        (
            {"secrets_kms_rotation_period_in_days": 89},
            "secrets_kms_rotation_period_in_days is 89: allowed is 90 to 2560 days",
        ),
        (
            {"secrets_kms_deletion_window_in_days": 31},
            "secrets_kms_deletion_window_in_days is 31: allowed is 7 to 30 days",
        ),
        (
            {"secrets_kms_keys": ["data"], "secrets_kms_deletion_window_in_days": 7},
            "is 7 with secrets_recovery_window_in_days 30: allowed is at least as many",
        ),
        (
            {"secrets_restrict_access": True, "secrets_allowed_roles": ["readers"]},
            "secrets_allowed_roles[0] is 'readers': allowed is the ARN of a role or user",
        ),
        ({"secrets_allowed_roles": [ROLE]}, "with secrets_restrict_access false: allowed is it with true"),
        ({"secrets_replica_regions": [{"region": "mars-1"}]}, "secrets_replica_regions[0].region is 'mars-1'"),
        ({"secrets_replica_regions": [{"region": "ca-central-1"}]}, "where the stack is: allowed are other regions"),
        (
            {"secrets_replica_regions": [{"region": "us-east-1"}] * 2},
            "[1].region is 'us-east-1', which is in the list twice",
        ),
        (
            {"secrets_replica_regions": [{"region": "us-east-1", "kms_key_id": "alias/x"}]},
            "secrets_replica_regions[0].kms_key_id is 'alias/x': allowed is the ID or ARN of a KMS key of that region",
        ),
        ({"secrets_rotation_schedule": "rate(1 hour)"}, "allowed is 4 hours to 999 days"),
    ],
)
def test_what_is_refused(variables: dict[str, Any], sentence: str) -> None:
    (problem,) = find_problems(variables, tiers=["secrets"])

    assert sentence in problem
