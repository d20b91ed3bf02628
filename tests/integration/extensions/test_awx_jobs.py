"""The job templates of extensions/awx, run by ansible-runner in AWX's layout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from awx_jobs import Job, Runner
from emulator_app import is_write
from emulators import Emulator
from modules import SECRET_KEY, Account
from variables import ROOT, read_yaml


def inventory_of(*environments: str) -> dict[str, Any]:
    """The stacks of these inventories of the project in one, as a source of an AWX inventory gives them."""
    hosts = {name: read_yaml(ROOT / f"inventories/{name}/group_vars/stacks/main.yml") for name in environments}
    return {"all": {"children": {"stacks": {"hosts": hosts}}}}


@pytest.fixture(scope="module")
def account(ministack: Emulator) -> Account:
    """An account of its own."""
    return Account(ministack)


@pytest.fixture(scope="module")
def slices(account: Account, tmp_path_factory: pytest.TempPathFactory) -> list[Job]:
    """The jobs of a deploy in two slices: AWX gives each runner every second stack, at the same time."""
    runners = [Runner(account, tmp_path_factory.mktemp("slice") / name, inventory_of(name)) for name in ("dev", "qa")]
    started = [runner.start("deploy", "deploy") for runner in runners]
    return [runner.wait(process, "deploy") for runner, process in zip(runners, started, strict=True)]


@pytest.fixture(scope="module")
def runner(account: Account, slices: list[Job], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A runner for both stacks, which the slices have deployed; no secret is in any event of its jobs or theirs."""
    runner = Runner(account, tmp_path_factory.mktemp("awx") / "both", inventory_of("dev", "qa"))
    yield runner
    told = json.dumps([job.events for job in slices])
    told += "".join(path.read_text() for path in runner.folder.glob("artifacts/*/job_events/*.json"))
    assert told and not [secret for secret in secrets_of(account) if secret in told]


def secrets_of(account: Account) -> list[str]:
    """The account's key, passwords and API keys."""
    manager, api = account.client("secretsmanager"), account.client("apigateway")
    values = [json.loads(manager.get_secret_value(SecretId=one["ARN"])["SecretString"]) for one in secrets(account)]
    keys = [key["value"] for key in api.get_api_keys(includeValues=True)["items"]]
    return [SECRET_KEY, *(value["password"] for value in values), *keys]


def secrets(account: Account) -> list[dict[str, Any]]:
    return account.client("secretsmanager").list_secrets()["SecretList"]


def test_slices_at_once_give_what_one_run_gives(slices: list[Job], runner: Runner) -> None:
    assert [job.code for job in slices] == [0, 0], "".join(job.output[-3000:] for job in slices)
    assert all(job.changed > 0 for job in slices)
    whole = runner.run("deploy")

    assert whole.code == 0, whole.output[-3000:]
    assert whole.changed == 3  # the folder and files of the outputs: those of the slices went with their containers
    both = whole.artifacts["sensor_stack"]
    assert both == {**slices[0].artifacts["sensor_stack"], **slices[1].artifacts["sensor_stack"]}
    assert set(both) == {"iot-dev-ca-central-1", "iot-qa-ca-central-1"}


@pytest.mark.parametrize("name", ["plan", "drift", "status", "verify", "report", "usage"])
def test_a_job_that_only_reads(name: str, runner: Runner) -> None:
    before = len(runner.account.emulator.recorded(runner.account.number))
    job = runner.run(name, limit="dev")

    assert job.code == 0 and job.changed == 0, job.output[-3000:]
    assert not any(map(is_write, runner.account.emulator.recorded(runner.account.number)[before:]))


def test_a_tier_by_its_tag(runner: Runner) -> None:
    job = runner.run("deploy a tier", limit="dev")

    assert job.code == 0 and job.changed == 0, job.output[-3000:]
    tasks = {event["event_data"]["task"] for event in job.events if event["event"] == "playbook_on_task_start"}
    assert any("REST API" in task for task in tasks) and not any("replication group" in task for task in tasks)


def test_drift_fails_the_nightly_job(runner: Runner) -> None:
    api = runner.account.client("apigateway")
    plan = next(plan for plan in api.get_usage_plans()["items"] if plan["name"] == "iot-usage-plan-dev")
    change = [{"op": "replace", "path": "/throttle/rateLimit", "value": "7"}]
    api.update_usage_plan(usagePlanId=plan["id"], patchOperations=change)
    job = runner.run("drift", limit="dev")

    assert job.code == 2 and "throttle.rate_limit: 7.0 -> 200.0" in job.output, job.output[-3000:]
    assert runner.run("deploy a tier", limit="dev").changed == 1 and runner.run("drift", limit="dev").code == 0


def test_a_destroy_wants_the_stacks_name(runner: Runner) -> None:
    refused = runner.run("destroy", limit="dev", stack_destroy="iot-qa")
    assert refused.code == 2 and "run again with -e stack_destroy=iot-dev" in refused.output
    assert runner.run("verify", limit="dev").code == 0

    assert runner.run("destroy", limit="dev", stack_destroy="iot-dev").code == 0
    unhealthy = runner.run("verify")
    assert unhealthy.code == 2 and "network is missing" in unhealthy.output and "iot-qa is not" not in unhealthy.output
