"""What the tests of a stack whose readings really arrive share: its inventory, readings, and how to look at it."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from live import Live
from load import Reading
from local_aws.data_servers import DataServers
from modules import DEFAULT_ACCOUNT, REGION, SECRET_KEY, Account
from stacks import SMALL, Stack

# Seconds in which all that was accepted arrives.
ARRIVAL_SECONDS = 120


def make_stack(account: Account, folder: Any, environment: str, data: DataServers, **more: Any) -> Stack:
    """A stack with processing and real servers, not yet deployed.

    :arg account: the default one of a MiniStack, which serves the API and calls functions in that account only
    """
    inventory = {
        **SMALL,
        "api_integration": "queue",
        "secrets_rotation": "function",
        "secrets_recovery_window_in_days": 0,
        "database_port": data.database_port,
        "cache_port": data.cache_port,
        "processing_database_ca_file": str(data.ca_file),
        "processing_cache_ca_file": str(data.ca_file),
        "processing_build_dir": str(folder / "build"),
        "processing_maximum_concurrency": 2,
        # A message is tried again after six times this.
        "processing_ingest_timeout": 5,
        "processing_max_receive_count": 4,
    }
    return Stack(account, folder, {environment: {**inventory, **more}})


def look_at(stack: Stack, data: DataServers) -> Live:
    """The stack, seen from outside."""
    (environment,) = stack.environments
    return Live("iot", environment, REGION, stack.account.emulator.endpoint, DEFAULT_ACCOUNT, SECRET_KEY, data.ca_file)


def url_of(stack: Stack) -> str:
    """The URL of the API's stage, from the outputs."""
    (outputs,) = (stack.folder / "outputs").glob("*.json")
    return json.loads(outputs.read_text())["api_gateway_url"]


def unique(*names: str) -> list[str]:
    """Names of clients or devices that no other test has."""
    mark = uuid.uuid4().hex[:8]
    return [f"{name}-{mark}" for name in names]


def moment(**ago: float) -> str:
    """A time so long ago, as sensors write it."""
    return (datetime.now(UTC) - timedelta(**ago)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def reading(device: str, **changed: Any) -> Reading:
    """A reading of a minute ago."""
    return {"device": device, "metric": "temperature", "value": 21.5, "time": moment(minutes=1), **changed}


def keys(readings: list[Reading]) -> Counter[tuple[str, str, str, float]]:
    """Readings, each with how often it is there."""
    return Counter((one["device"], one["metric"], one["time"], one["value"]) for one in readings)


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true in this time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.3)
    return True


@contextlib.contextmanager
def tried_again_after(live: Live, seconds: int) -> Iterator[None]:
    """Have the queue hide messages for so long only, so that a test need not wait for six times the function's time-out."""
    sqs = live.client("sqs")
    url = sqs.get_queue_url(QueueName=live.resource("readings"))["QueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)
