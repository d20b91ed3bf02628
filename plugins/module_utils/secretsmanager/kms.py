# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compare KMS keys, which have four names: key ID, key ARN, alias and alias ARN."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.common import SecretsManagerErrorHandler


@SecretsManagerErrorHandler.common_error_handler("describe the KMS key")
@retry()
def describe_key(client: Any, key_id: str) -> dict[str, Any]:
    """DescribeKey of KMS, by any of a key's names."""
    return client.describe_key(KeyId=key_id)["KeyMetadata"]


def key_name(key: str) -> str:
    """A key's name without account and region: ``key/<id>`` or ``alias/<name>``.

    >>> key_name("arn:aws:kms:ca-central-1:123456789012:key/1234")
    'key/1234'
    """
    name = key.rsplit(":", 1)[-1]
    return name if name.startswith(("key/", "alias/")) else f"key/{name}"


def same_key_as(module: AnsibleAWSModule, wanted: str | None, current: str | None) -> str | None:
    """``current`` when ``wanted`` is another name of the same key, and ``wanted`` when it is another key.

    Only an alias on one side and a key on the other need a call.
    """
    if not wanted or not current:
        return wanted
    names = sorted((key_name(wanted), key_name(current)))
    if names[0].startswith("alias/") == names[1].startswith("alias/"):
        return current if names[0] == names[1] else wanted
    if key_name(current).startswith("alias/aws/"):
        return wanted  # AWS's own key, and a key of the account
    alias, key = names
    return current if key_name(describe_key(module.client("kms"), alias)["Arn"]) == key else wanted
