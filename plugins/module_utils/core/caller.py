# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Who makes the calls, and in which account."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import ErrorHandler, retry


class Account(NamedTuple):
    """An account of AWS."""

    account_id: str
    partition: str


def account_of(arn: str) -> Account:
    """The account that an ARN is of.

    >>> account_of("arn:aws:kms:ca-central-1:123456789012:key/1234")
    Account(account_id='123456789012', partition='aws')
    """
    parts = arn.split(":")
    return Account(parts[4], parts[1])


def fill_account(text: str, account: Account, region: str) -> str:
    """A policy or an ARN with account and region in place of ``{account_id}``, ``{partition}`` and ``{region}``."""
    for name, value in {**account._asdict(), "region": region}.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@ErrorHandler.common_error_handler("ask AWS who the caller is")
@retry()
def get_caller_arn(client: Any) -> str:
    """GetCallerIdentity of STS, which needs no permission: the ARN of a user or of a role's session."""
    return client.get_caller_identity()["Arn"]


def caller_arn(module: AnsibleAWSModule) -> str:
    """The ARN of who makes the module's calls."""
    return get_caller_arn(module.client("sts"))
