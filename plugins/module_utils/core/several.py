# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One module run for several resources of a kind, which are worked on at the same time.

Each entry of the module's list has the options of the module for one of them, and goes through the same functions.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Any, NoReturn

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import ReplacementRefused
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain, fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import Ensure, Kind
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import refuse

# So many at the same time: a boto3 client keeps 10 connections, and AWS Lambda takes 15 calls a second besides those that read.
THREADS = 8


class Clients:
    """The module's clients, each made once; threads may share a client, but not the making of it."""

    def __init__(self, module: AnsibleAWSModule) -> None:
        self._module = module
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def get(self, service: str, **options: Any) -> Any:
        """The client of a service, such as ``lambda``; one with options of its own is made anew."""
        with self._lock:
            if options:
                return self._module.client(service, **options)
            if service not in self._made:
                self._made[service] = self._module.client(service)
            return self._made[service]


class Entry:
    """An entry in the module's place: ``params`` and clients of its own, and everything else of the module."""

    def __init__(self, module: AnsibleAWSModule, params: dict[str, Any], clients: Clients) -> None:
        self.params = params
        self._module, self._clients = module, clients

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def client(self, service: str, **options: Any) -> Any:
        """As that of AnsibleAWSModule."""
        return self._clients.get(service, **options)


def ensure_several(kind: Kind, plural: str, answer: str | None = None) -> None:
    """All that the module for several resources of a kind does.

    :arg plural: the name of its list, in the options and in the result, such as ``functions``
    :arg answer: the name in the result where it is another one: Jinja takes ``result.keys`` for the method of a dict
    """
    module = AnsibleAWSModule(
        argument_spec={
            "state": kind.spec["state"],
            plural: {"type": "list", "elements": "dict", "required": True, "no_log": False},
            "defaults": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    try:
        entries = read_entries(module, kind, plural)
    except AnsibleAWSError as error:
        fail(module, error)
    outcomes = work_on(module, kind, entries)
    if any(isinstance(outcome, AnsibleAWSError) for outcome in outcomes):
        fail_several(module, [label(plural, entry[kind.name]) for entry in entries], outcomes)
    diffs = [outcome["diff"] for outcome in outcomes if outcome["changed"]]
    module.exit_json(
        changed=bool(diffs), diff=diffs, **{answer or plural: [outcome[kind.noun] for outcome in outcomes]}
    )


def label(plural: str, name: str) -> str:
    """An entry in messages, such as ``functions['iot-ingest-dev']``."""
    return f"{plural}['{name}']"


def read_entries(module: AnsibleAWSModule, kind: Kind, plural: str) -> list[dict[str, Any]]:
    """The options of each entry, checked as those of the module for one resource are.

    :raises AnsibleAWSError: with all that is wrong in all of them
    """
    problems, entries = [], []
    for number, given in enumerate(module.params[plural]):
        entry = by_option(kind, given)
        entry_label = label(plural, entry[kind.name]) if entry.get(kind.name) else f"{plural}[{number}]"
        params, wrong = check_entry(module, kind, entry)
        problems += [f"{entry_label}: {problem}" for problem in wrong]
        entries.append(params)
    names = Counter(entry.get(kind.name) for entry in entries)
    twice = [name for name, times in names.items() if name and times > 1]
    refuse([*problems, *(f"{plural} has '{name}' {names[name]} times: allowed is once" for name in twice)])
    return entries


def by_option(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Options under their own names where aliases are given, so that one of an entry is told from one of the defaults."""
    names = {alias: option for option, spec in kind.spec.items() for alias in spec.get("aliases", [])}
    return {names.get(option, option): value for option, value in given.items()}


def check_entry(module: AnsibleAWSModule, kind: Kind, entry: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """An entry with the defaults of its options, and what is wrong with it."""
    merged = {**by_option(kind, module.params["defaults"]), **entry}
    if "state" in merged:
        return merged, [f"state is '{merged['state']}': allowed is it for all of the list, as an option of the module"]
    validator = ArgumentSpecValidator(kind.spec, **kind.rules)
    result = validator.validate({**merged, "state": module.params["state"]})
    # As AnsibleModule does, which knows nothing of the options in here. pylint: disable-next=protected-access
    module.no_log_values.update(result._no_log_values)
    # The module's own options have the connection, which single_shot_client looks at.
    params: dict[str, Any] = {**module.params, **result.validated_parameters}
    wrong = [
        f"unknown option {error.msg}" if isinstance(error, UnsupportedError) else error.msg for error in result.errors
    ]
    return params, wrong or kind.validate(params)


def work_on(
    module: AnsibleAWSModule, kind: Kind, entries: list[dict[str, Any]]
) -> list[dict[str, Any] | AnsibleAWSError]:
    """The result of each entry, or its error; an error of one does not end the others."""
    if not entries:
        return []
    clients = Clients(module)
    # Before the threads, so that a missing region ends the module here.
    client = clients.get(kind.service)
    ensure = kind.ensure_present if module.params["state"] == "present" else kind.ensure_absent
    # Unlike those of concurrent.futures, its threads end with the module when that is interrupted.
    with ThreadPool(min(THREADS, len(entries))) as pool:
        views = [Entry(module, entry, clients) for entry in entries]
        return pool.map(partial(attempt, ensure, client), views, chunksize=1)


def attempt(ensure: Ensure, client: Any, entry: Entry) -> dict[str, Any] | AnsibleAWSError:
    """The result of an entry, or its error."""
    try:
        return ensure(entry, client)
    except AnsibleAWSError as error:
        return error


def fail_several(
    module: AnsibleAWSModule, labels: list[str], outcomes: list[dict[str, Any] | AnsibleAWSError]
) -> NoReturn:
    """End the module with a sentence for each entry that failed, and with what was changed of the others."""
    errors = {name: error for name, error in zip(labels, outcomes, strict=True) if isinstance(error, AnsibleAWSError)}
    done = [outcome["diff"] for outcome in outcomes if isinstance(outcome, dict) and outcome["changed"]]
    refused = [error.diff for error in errors.values() if isinstance(error, ReplacementRefused)]
    sentences = [f"{name}: {explain(error)[0]}" for name, error in errors.items()]
    if done and not module.check_mode:
        changes = ", ".join(f"{diff['action']} {diff['after_header']}" for diff in done)
        sentences.append(f"done all the same: {changes}")
    codes = [code for error in errors.values() if (code := explain(error)[1])]
    module.fail_json(
        msg="; ".join(sentences),
        changed=bool(done),
        # A diff that comes with an error is what was refused, where it does not say otherwise.
        diff=[*({**diff, "refused": False} for diff in done), *refused],
        **({"error": {"code": codes[0]}} if codes else {}),
    )
    raise AssertionError("unreachable: fail_json ends the module")
