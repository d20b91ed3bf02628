"""What is allowed for the keys and the concurrency of the functions."""

from __future__ import annotations

from typing import Any

import pytest
from variables import find_problems

KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    "variables",
    [
        {"processing_kms_key_id": KEY, "processing_logs_kms_key_id": KEY, "processing_tracing": True},
        {"processing_kms_key_id": "", "processing_failed_calls_queue": True},
        {"secrets_facts": {"kms_key_arns": {"data": "known-after-deploy", "logs": KEY}}},
        {"processing_ingest_concurrency": 10, "processing_maximum_concurrency": 10},
    ],
)
def test_what_is_allowed(variables: dict[str, Any]) -> None:
    assert find_problems(variables, tiers=["processing"]) == []


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"processing_kms_key_id": "alias/iot"},
            "processing_kms_key_id is 'alias/iot': allowed is the ARN of a KMS key",
        ),
        ({"processing_logs_kms_key_id": "1234abcd"}, "processing_logs_kms_key_id is '1234abcd': allowed is the ARN"),
        (
            {"processing_ingest_concurrency": 9},
            "processing_ingest_concurrency is 9 with processing_maximum_concurrency 10: allowed is at least as many, or -1",
        ),
        ({"processing_ingest_concurrency": -2}, "processing_ingest_concurrency is -2"),
    ],
)
def test_what_is_refused(variables: dict[str, Any], sentence: str) -> None:
    (problem,) = find_problems(variables, tiers=["processing"])

    assert sentence in problem
