# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.common import SecretsManagerErrorHandler


@SecretsManagerErrorHandler.list_error_handler("describe the secret")
@retry()
def describe_secret(client: Any, secret_id: str) -> dict[str, Any] | None:
    """DescribeSecret by name or ARN; None when it does not exist. Secrets pending deletion are described too."""
    return client.describe_secret(SecretId=secret_id)


@SecretsManagerErrorHandler.list_error_handler("read the value of the secret")
@retry()
def get_secret_value(client: Any, secret_id: str, **version: str) -> dict[str, Any] | None:
    """GetSecretValue of AWSCURRENT, or of the VersionId that is given; None when there is no secret, or no value in it."""
    return client.get_secret_value(SecretId=secret_id, **version)


@SecretsManagerErrorHandler.common_error_handler("generate a random password")
@retry()
def get_random_password(client: Any, **request: Any) -> str:
    """GetRandomPassword."""
    return client.get_random_password(**request)["RandomPassword"]


@SecretsManagerErrorHandler.common_error_handler("create the secret")
@retry()
def create_secret(client: Any, **request: Any) -> dict[str, Any]:
    """CreateSecret; with a ClientRequestToken in the request, AWS creates it once however often it is asked."""
    return client.create_secret(**request)


@SecretsManagerErrorHandler.common_error_handler("store a new version of the secret")
@retry()
def put_secret_value(client: Any, secret_id: str, value: str, token: str, stage: str = "AWSCURRENT") -> str:
    """PutSecretValue with that label; the token becomes the version's ID, and makes a repeated call harmless."""
    answer = client.put_secret_value(
        SecretId=secret_id, SecretString=value, ClientRequestToken=token, VersionStages=[stage]
    )
    return answer["VersionId"]


@SecretsManagerErrorHandler.common_error_handler("move a label of the secret's versions")
@retry()
def update_version_stage(client: Any, secret_id: str, stage: str, to: str | None, of: str | None) -> None:
    """UpdateSecretVersionStage: move a label from one version to another; without one of the two, set it or take it away."""
    versions = {"MoveToVersionId": to, "RemoveFromVersionId": of}
    client.update_secret_version_stage(
        SecretId=secret_id, VersionStage=stage, **{key: version for key, version in versions.items() if version}
    )


@SecretsManagerErrorHandler.common_error_handler("update the secret")
@retry()
def update_secret(client: Any, secret_id: str, **request: Any) -> None:
    """UpdateSecret, for description and KMS key."""
    client.update_secret(SecretId=secret_id, **request)


@SecretsManagerErrorHandler.deletion_error_handler("restore the secret")
@retry()
def restore_secret(client: Any, secret_id: str) -> bool:
    """RestoreSecret; False when it is gone by now."""
    client.restore_secret(SecretId=secret_id)
    return True


@SecretsManagerErrorHandler.deletion_error_handler("delete the secret")
@retry()
def delete_secret(client: Any, secret_id: str, **request: Any) -> bool:
    """DeleteSecret; False when it was gone already."""
    client.delete_secret(SecretId=secret_id, **request)
    return True


@SecretsManagerErrorHandler.common_error_handler("tag the secret")
@retry()
def tag_secret(client: Any, secret_id: str, tags: dict[str, str]) -> None:
    """TagResource."""
    client.tag_resource(SecretId=secret_id, Tags=ansible_dict_to_boto3_tag_list(tags))


@SecretsManagerErrorHandler.common_error_handler("remove tags from the secret")
@retry()
def untag_secret(client: Any, secret_id: str, keys: list[str]) -> None:
    """UntagResource."""
    client.untag_resource(SecretId=secret_id, TagKeys=keys)


@SecretsManagerErrorHandler.common_error_handler("read the policy of the secret")
@retry()
def get_resource_policy(client: Any, secret_id: str) -> str | None:
    """GetResourcePolicy as JSON; None when the secret has none."""
    return client.get_resource_policy(SecretId=secret_id).get("ResourcePolicy")


@SecretsManagerErrorHandler.common_error_handler("set the policy of the secret")
@retry()
def put_resource_policy(client: Any, secret_id: str, policy: str) -> None:
    """PutResourcePolicy; a policy that grants access to everyone is refused by AWS."""
    client.put_resource_policy(SecretId=secret_id, ResourcePolicy=policy, BlockPublicPolicy=True)


@SecretsManagerErrorHandler.common_error_handler("delete the policy of the secret")
@retry()
def delete_resource_policy(client: Any, secret_id: str) -> None:
    """DeleteResourcePolicy."""
    client.delete_resource_policy(SecretId=secret_id)


@SecretsManagerErrorHandler.common_error_handler("set up the rotation of the secret")
@retry()
def rotate_secret(client: Any, secret_id: str, **request: Any) -> None:
    """RotateSecret, which sets up the rotation; it rotates at once unless RotateImmediately is false."""
    client.rotate_secret(SecretId=secret_id, **request)


@SecretsManagerErrorHandler.common_error_handler("turn off the rotation of the secret")
@retry()
def cancel_rotate_secret(client: Any, secret_id: str) -> None:
    """CancelRotateSecret."""
    client.cancel_rotate_secret(SecretId=secret_id)


@SecretsManagerErrorHandler.common_error_handler("replicate the secret to other regions")
@retry()
def add_replicas(client: Any, secret_id: str, keys: dict[str, str]) -> None:
    """ReplicateSecretToRegions; a secret of the same name there is not replaced.

    :arg keys: region to KMS key
    """
    regions = [{"Region": region, "KmsKeyId": key} for region, key in keys.items()]
    client.replicate_secret_to_regions(SecretId=secret_id, AddReplicaRegions=regions)


@SecretsManagerErrorHandler.common_error_handler("remove replicas of the secret")
@retry()
def remove_replicas(client: Any, secret_id: str, regions: list[str]) -> None:
    """RemoveRegionsFromReplication, which deletes the replicas."""
    client.remove_regions_from_replication(SecretId=secret_id, RemoveReplicaRegions=regions)
