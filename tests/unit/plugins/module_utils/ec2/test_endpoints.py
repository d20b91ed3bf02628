"""Interface endpoints: the names of services."""

from __future__ import annotations

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.endpoints import service_name


@pytest.mark.parametrize(
    ("service", "region", "name"),
    [
        ("secretsmanager", "ca-central-1", "com.amazonaws.ca-central-1.secretsmanager"),
        ("ecr.api", "us-gov-west-1", "com.amazonaws.us-gov-west-1.ecr.api"),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0123", "us-east-1", "com.amazonaws.vpce.us-east-1.vpce-svc-0123"),
        ("aws.sagemaker.ca-central-1.notebook", "ca-central-1", "aws.sagemaker.ca-central-1.notebook"),
        ("cn.com.amazonaws.cn-north-1.ecr.api", "cn-north-1", "cn.com.amazonaws.cn-north-1.ecr.api"),
    ],
)
def test_the_whole_name(service: str, region: str, name: str) -> None:
    assert service_name(service, region) == name


@pytest.mark.parametrize(
    "region", ["cn-north-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1"]
)
def test_nothing_is_guessed_where_names_differ(region: str) -> None:
    with pytest.raises(AnsibleAWSError, match=f"allowed is the whole name in region {region}"):
        service_name("secretsmanager", region)
