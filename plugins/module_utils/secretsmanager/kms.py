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

    Only an alias of the account's own on one side and a key on the other need a call.
    """
    if not wanted or not current:
        return wanted
    one, two = key_name(wanted), key_name(current)
    if one == two:
        return current
    if one.split("/")[0] == two.split("/")[0] or one.startswith("alias/aws/") or two.startswith("alias/aws/"):
        return wanted
    client = module.client("kms")
    ids = {describe_key(client, name)["Arn"] for name in (wanted, current)}
    return current if len(ids) == 1 else wanted
