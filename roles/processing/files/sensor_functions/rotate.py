# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Secrets Manager's rotation of a database password, for a single user or for two that take turns.

Secrets Manager calls the four steps one after the other, and repeats them after a failure; each can be repeated, and cut
off anywhere. A secret with `masterarn` is of alternating users: its user and `<user>_clone` take turns, and the user of
that other secret sets their passwords. Without it, the secret's own user changes its own.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from sensor_functions import database, logs, secrets, users
from sensor_functions.secrets import SecretError, Values

LENGTH = 32
# Those that RDS refuses in a password, and those that need quoting in shells and URLs; as in the role secrets.
EXCLUDED = "/@\"'\\`$%:;?&#{}|<>^~[]()=+, "
CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


class RotationError(Exception):
    """The rotation cannot go on. The message never has a password in it."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Do one step: createSecret, setSecret, testSecret or finishSecret."""
    logs.start(context)
    secret_id, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    steps = {"createSecret": create, "setSecret": set_password, "testSecret": test, "finishSecret": finish}
    if step not in steps:
        raise RotationError(f"Step is {str(step)[:40]!r}: allowed is {', '.join(steps)}")
    # A finishSecret that was cut off has one thing left to do.
    if is_finished(secret_id, token) and step != "finishSecret":
        logs.info("rotation_step", secret=secret_id, version=token, step=step, done="already current")
        return
    try:
        steps[step](secret_id, token)
    except Exception as failure:
        logs.error("rotation_failed", secret=secret_id, version=token, step=step, **logs.describe(failure))
        raise
    logs.info("rotation_step", secret=secret_id, version=token, step=step)


def is_finished(secret_id: str, token: str) -> bool:
    """Whether the version is current already; raises RotationError unless it then is the one to rotate to."""
    described = secrets.client().describe_secret(SecretId=secret_id)
    if not described.get("RotationEnabled"):
        raise RotationError(f"The secret {secret_id} is not enabled for rotation")
    stages = described.get("VersionIdsToStages", {}).get(token)
    if stages is None:
        raise RotationError(f"The secret {secret_id} has no version {token}")
    if CURRENT in stages:
        return True
    if PENDING not in stages:
        raise RotationError(f"The version {token} of the secret {secret_id} is not {PENDING}")
    return False


def create(secret_id: str, token: str) -> None:
    """createSecret: the version's value, with a new password; kept if it is there."""
    current = _current(secret_id)
    if _pending(secret_id, token) is not None:
        return
    client = secrets.client()
    password = client.get_random_password(PasswordLength=LENGTH, ExcludeCharacters=EXCLUDED)["RandomPassword"]
    value = current | {"username": users.next_name(current), "password": password}
    try:
        client.put_secret_value(
            SecretId=secret_id, ClientRequestToken=token, SecretString=json.dumps(value), VersionStages=[PENDING]
        )
    except ClientError as failure:
        # The same step ran twice at the same time, and the other one was first.
        if _code(failure) != "ResourceExistsException" or _pending(secret_id, token) is None:
            raise


def set_password(secret_id: str, token: str) -> None:
    """setSecret: the database takes the new password; done if it has it already."""
    current, pending = _current(secret_id), _existing_pending(secret_id, token)
    _check_same(secret_id, current, pending)
    opened = database.try_login(pending)
    if opened:
        database.close(opened)
    elif current.get("masterarn"):
        users.set_alternating(current, pending)
    else:
        users.set_single(current, _previous(secret_id), pending)


def test(secret_id: str, token: str) -> None:
    """testSecret: log in with the new password and read."""
    opened = database.try_login(_existing_pending(secret_id, token))
    if opened is None:
        raise RotationError(f"The database refuses the pending password of the secret {secret_id}")
    try:
        opened.run("SELECT now()")
    finally:
        database.close(opened)


def finish(secret_id: str, token: str) -> None:
    """finishSecret: the new version becomes the current one."""
    client = secrets.client()
    versions = client.describe_secret(SecretId=secret_id)["VersionIdsToStages"]
    before = next((version for version, stages in versions.items() if CURRENT in stages), None)
    if before != token:
        remove = {"RemoveFromVersionId": before} if before else {}
        client.update_secret_version_stage(SecretId=secret_id, VersionStage=CURRENT, MoveToVersionId=token, **remove)
    # Left on a version that is current no more, as after a later change of the value, it would stop all rotations to come.
    stages = client.describe_secret(SecretId=secret_id)["VersionIdsToStages"].get(token, [])
    if PENDING in stages:
        client.update_secret_version_stage(SecretId=secret_id, VersionStage=PENDING, RemoveFromVersionId=token)


def _check_same(secret_id: str, current: Values, pending: Values) -> None:
    """The pending value may differ in the password and, of alternating users, in the name.

    Whoever may write the secret, but does not know the master's, could else have it log in at a server of their own.
    """
    for name in ("host", "port", "dbname", "masterarn"):
        if current.get(name) != pending.get(name):
            raise RotationError(
                f"{name} of the pending version of the secret {secret_id} is not that of the current one"
            )
    if pending.get("username") != users.next_name(current):
        raise RotationError(f"username of the pending version of the secret {secret_id} is not the next one")


def _current(secret_id: str) -> Values:
    values = secrets.read_values(secret_id, VersionStage=CURRENT)
    missing = [name for name in ("username", "password", "host", "dbname") if not values.get(name)]
    if missing:
        raise SecretError(f"The secret {secret_id} has no {', '.join(missing)}")
    if values.get("engine", "postgres") not in ("postgres", "aurora-postgresql"):
        raise SecretError(f"The secret {secret_id} has another engine than postgres")
    return values


def _pending(secret_id: str, token: str) -> Values | None:
    """The pending value, None before it is made."""
    return _read(secret_id, VersionId=token, VersionStage=PENDING)


def _previous(secret_id: str) -> Values | None:
    return _read(secret_id, VersionStage=PREVIOUS)


def _existing_pending(secret_id: str, token: str) -> Values:
    pending = _pending(secret_id, token)
    if pending is None:
        raise RotationError(f"The version {token} of the secret {secret_id} has no value: createSecret comes first")
    return pending


def _read(secret_id: str, **version: str) -> Values | None:
    try:
        answer = secrets.client().get_secret_value(SecretId=secret_id, **version)
    except ClientError as failure:
        if _code(failure) == "ResourceNotFoundException":
            return None
        raise
    return secrets.parse_values(secret_id, answer)


def _code(failure: ClientError) -> str:
    return str(failure.response.get("Error", {}).get("Code", ""))
