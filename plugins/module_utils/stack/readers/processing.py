# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read the processing of a live stack."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import (
    Facts,
    Name,
    arn_of,
    call,
    describe_groups,
    find_role,
    find_security_group,
    summarize,
)

# What each function of the stack may be: their names, and those of their roles.
FUNCTIONS = ("ingest", "query", "migrate", "maintain", "rotate")


def read_processing(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """Queues, functions, their roles and security group, and the schedule.

    Without a queue there may be the functions that rotate passwords, and nothing else is missing then.
    """
    functions = {function: find_function(clients["lambda"], name(function)) for function in FUNCTIONS}
    queues = {thing: find_queue(clients["sqs"], name(thing)) for thing in ("readings", "readings-dlq")}
    failed = find_queue(clients["sqs"], name("failed-calls")) if details else None
    region = clients["lambda"].meta.region_name
    roles = {role: find_role(clients["iam"], name(f"{role}-role-{region}")) for role in (*FUNCTIONS, "api-queue")}
    security_group = find_security_group(clients["ec2"], name("functions-sg"), None)
    rule = call(clients["events"], "describe_rule", Name=name("maintain"))
    parts: dict[str, Any] = {
        f"queue {name('readings')}": queues["readings"],
        f"queue {name('readings-dlq')}": queues["readings-dlq"],
        **({f"queue {name('failed-calls')}": failed} if failed else {}),
        f"security group {name('functions-sg')}": security_group,
        **{f"function {name(function)}": found for function, found in functions.items()},
        **{f"role {name(f'{role}-role-{region}')}": found for role, found in roles.items()},
        f"rule {name('maintain')}": rule,
    }
    expected = bool(queues["readings"] or functions["ingest"])
    optional = [part for part in parts if not expected or "rotate" in part]
    facts = {
        "queue_arn": arn_of(queues["readings"], "QueueArn"),
        "queue_url": arn_of(queues["readings"], "QueueUrl"),
        "dead_letter_queue_arn": arn_of(queues["readings-dlq"], "QueueArn"),
        "dead_letter_queue_url": arn_of(queues["readings-dlq"], "QueueUrl"),
        "security_group_id": security_group["GroupId"] if security_group else None,
        "api_role_arn": arn_of(roles["api-queue"], "Arn"),
        **{f"{function}_function_arn": arn_of(found, "FunctionArn") for function, found in functions.items()},
    }
    if details and any(parts.values()):
        facts |= processing_details({**queues, "failed-calls": failed}, functions, name)
        facts["security_groups"] = describe_groups(security_group)
    kept = {part: found for part, found in parts.items() if found or part not in optional}
    return summarize(facts, kept or {f"queue {name('readings')}": False})


def find_function(client: Any, function_name: str) -> dict[str, Any] | None:
    """The configuration of a function."""
    return call(client, "get_function_configuration", FunctionName=function_name)


def find_queue(client: Any, queue_name: str) -> dict[str, Any] | None:
    """A queue's attributes, and its URL as QueueUrl."""
    found = call(client, "get_queue_url", QueueName=queue_name)
    if found is None:
        return None
    answer = call(client, "get_queue_attributes", QueueUrl=found["QueueUrl"], AttributeNames=["All"])
    return {**answer["Attributes"], "QueueUrl": found["QueueUrl"]} if answer else None


def processing_details(queues: dict[str, Facts | None], functions: dict[str, Facts | None], name: Name) -> Facts:
    """The functions, how many messages wait, and what keeps readings from arriving."""
    states = {f"function {name(key)}": found["State"] for key, found in functions.items() if found and "State" in found}
    problems = [f"{resource} is {state}" for resource, state in states.items() if state not in ("Active", "Inactive")]
    failed, waiting = (messages_in(queues[thing]) for thing in ("readings-dlq", "readings"))
    if failed:
        problems.append(
            f"queue {name('readings-dlq')} holds {failed} messages that could not be stored: look at the log of "
            f"{name('ingest')}, then bring them back with redrive.yml"
        )
    if lost := messages_in(queues["failed-calls"]):
        problems.append(
            f"queue {name('failed-calls')} holds {lost} calls that failed at all tries: look at them there and at the logs, then "
            "purge the queue"
        )
    return {
        "functions": [
            {"name": found["FunctionName"], "runtime": found.get("Runtime"), "state": found.get("State")}
            for found in functions.values()
            if found
        ],
        "messages_waiting": waiting,
        "messages_failed": failed,
        "calls_failed": lost,
        "problems": problems,
    }


def messages_in(queue: Facts | None) -> int:
    """The messages that a queue holds, about."""
    return int(queue.get("ApproximateNumberOfMessages", 0)) if queue else 0
