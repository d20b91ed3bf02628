"""Runs checks of Prowler on the account that the environment names. Runs in the virtual environment of requirements-audit.txt.

Prowler is used as a library: its command line imports the SDKs of twenty other clouds, its part for AWS needs none of them.

Usage: ``scan.py REQUEST ANSWER``, two files of JSON. The request has ``region``, ``services``, ``left_out`` (patterns of checks not to
run) and ``settings`` (over those of Prowler's config.yaml). The answer has ``known``, the names of all checks of the services, and
``rows``, with ``check``, ``status``, ``id``, ``arn``, ``vpc_id`` where it has one, and ``reason``.
"""

from __future__ import annotations

import importlib
import json
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from prowler.config.config import default_config_file_path, load_and_validate_config_file
from prowler.lib.check.check import execute
from prowler.lib.check.utils import recover_checks_from_service
from prowler.providers.aws.aws_provider import AwsProvider
from prowler.providers.common.models import Audit_Metadata
from prowler.providers.common.provider import Provider


def main() -> None:
    """Answer the request."""
    request_file, answer_file = (Path(argument) for argument in sys.argv[1:])
    request = json.loads(request_file.read_text())
    known = sorted(recover_checks_from_service(request["services"], "aws"))
    checks = [name for name in known if not any(fnmatch(name, pattern) for pattern in request["left_out"])]
    _use_provider(request["region"], request["settings"], checks)
    rows = [row for name in checks for row in _rows(name)]
    answer_file.write_text(json.dumps({"known": known, "rows": rows}))


def _use_provider(region: str, settings: dict[str, Any], checks: list[str]) -> None:
    # What it calls unused is what has no network interface, and the emulated AWS has none.
    config = load_and_validate_config_file("aws", default_config_file_path)
    provider = AwsProvider(regions={region}, scan_unused_services=True, config_content={**config, **settings})
    # Services read what the expected checks need.
    provider.audit_metadata = Audit_Metadata(
        services_scanned=0, expected_checks=checks, completed_checks=0, audit_progress=0
    )
    Provider.set_global_provider(provider)


def _rows(name: str) -> list[dict[str, str]]:
    service = name.split("_")[0]
    module = importlib.import_module(f"prowler.providers.aws.services.{service}.{name}.{name}")
    found = execute(getattr(module, name)(), Provider.get_global_provider(), None)
    return [
        {
            "check": name,
            "status": row.status,
            "id": row.resource_id,
            "arn": row.resource_arn,
            "vpc_id": row.resource.get("vpc_id") or "",
            "reason": row.status_extended,
        }
        for row in found
    ]


if __name__ == "__main__":
    main()
