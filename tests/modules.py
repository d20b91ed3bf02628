"""Run a module of the collection in this process, as Ansible would, against an emulator's endpoint."""

from __future__ import annotations

import contextlib
import importlib
import io
import itertools
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import boto3
import botocore.client
from ansible.module_utils.testing import patch_module_args
from emulators import Emulator

REGION = "ca-central-1"
# Ansible hides this text wherever it appears in a result, so it is one that appears nowhere else.
SECRET_KEY = "emulators-take-any-secret"
READS = ("Describe", "Get", "List", "BatchGet")
DEFAULT_ACCOUNT = "000000000000"
_accounts = itertools.count(os.getpid() * 1000 % 10**9)


@dataclass
class Account:
    """One AWS account on an emulator: clients to look with, and a way to run modules in it.

    MiniStack keeps accounts apart by their access key of 12 digits, so each test has the emulator to itself. moto does
    not: tests against it use names of their own.
    """

    emulator: Emulator
    region: str = REGION
    number: str = field(default_factory=lambda: f"{next(_accounts) + 100_000_000_000:012d}")

    def client(self, service: str, region: str | None = None) -> Any:
        """A plain boto3 client."""
        return boto3.client(
            service,
            endpoint_url=self.emulator.endpoint,
            region_name=region or self.region,
            aws_access_key_id=self.number,
            aws_secret_access_key=SECRET_KEY,
        )

    def run(self, module: str, *, check_mode: bool = False, **params: Any) -> ModuleResult:
        """Run a module with its options; raises AssertionError when it fails."""
        result = self.try_run(module, check_mode=check_mode, **params)
        assert not result.get("failed"), result["msg"]
        return result

    def fail(self, module: str, **params: Any) -> str:
        """Run a module that must fail, and return its message."""
        result = self.try_run(module, **params)
        assert result.get("failed"), f"{module} should have failed and answered {result}"
        return result["msg"]

    def try_run(self, module: str, *, check_mode: bool = False, **params: Any) -> ModuleResult:
        """Run a module and return what it printed, whether it failed or not."""
        connection = {
            "region": self.region,
            "endpoint_url": self.emulator.endpoint,
            "access_key": self.number,
            "secret_key": SECRET_KEY,
        }
        return run_module(module, check_mode=check_mode, **{**connection, **params})


class ModuleResult(dict[str, Any]):
    """A module's answer, with the AWS calls it made as ``Operation`` names."""

    calls: list[str]
    output: str

    @property
    def writes(self) -> list[str]:
        """The calls that change something."""
        return [call for call in self.calls if not call.startswith(READS)]


def run_module(module: str, *, check_mode: bool = False, **params: Any) -> ModuleResult:
    """Run ``plugins/modules/<module>.py`` with these options and return its JSON and its AWS calls."""
    main = importlib.import_module(f"ansible_collections.iot.sensor_stack.plugins.modules.{module}").main
    return run_main(main, check_mode=check_mode, **params)


def run_main(main: Callable[[], None], *, check_mode: bool = False, **params: Any) -> ModuleResult:
    """Run a module's ``main`` with these options."""
    arguments = {**params, "_ansible_check_mode": check_mode, "_ansible_diff": True}
    output = io.StringIO()
    with patch_module_args(arguments), recorded_calls() as calls, contextlib.redirect_stdout(output):
        try:
            main()
        except SystemExit:
            pass
        else:
            raise AssertionError("the module ended without an answer")
    result = ModuleResult(json.loads(output.getvalue().strip().splitlines()[-1]))
    result.calls, result.output = calls, output.getvalue()
    return result


@contextlib.contextmanager
def recorded_calls() -> Iterator[list[str]]:
    """The names of the AWS operations called inside the block."""
    calls: list[str] = []
    original = botocore.client.BaseClient._make_api_call

    def record(client: Any, operation: str, kwargs: dict[str, Any]) -> Any:
        calls.append(operation)
        return original(client, operation, kwargs)

    with mock.patch.object(botocore.client.BaseClient, "_make_api_call", record):
        yield calls
