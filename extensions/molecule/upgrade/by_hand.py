"""Make a small stack as somebody would by hand, with the names that the collection looks for; prints nothing.

Argument: the ``stack_environment``. Region, endpoint and credentials come from the environment.
"""

from __future__ import annotations

import json
import sys

import boto3

environment = sys.argv[1]
ec2, rds, cache = boto3.client("ec2"), boto3.client("rds"), boto3.client("elasticache")


def name(thing: str) -> str:
    """The name of a part of the stack."""
    return f"iot-{thing}-{environment}"


def named(kind: str, thing: str) -> list[dict[str, object]]:
    """The Name tag of a new resource of EC2."""
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name(thing)}]}]


vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=named("vpc", "vpc"))["Vpc"]["VpcId"]
private = []
for kind, number, cidr in (("public", 1, 0), ("public", 2, 1), ("private", 1, 10), ("private", 2, 11)):
    subnet = ec2.create_subnet(
        VpcId=vpc,
        CidrBlock=f"10.0.{cidr}.0/24",
        AvailabilityZone=f"{ec2.meta.region_name}{'ab'[number - 1]}",
        TagSpecifications=named("subnet", f"{kind}-{number}"),
    )
    if kind == "private":
        private.append(subnet["Subnet"]["SubnetId"])
boto3.client("secretsmanager").create_secret(
    Name=name("aurora-password"), SecretString=json.dumps({"username": "iotadmin", "password": "made-by-hand-1"})
)
rds.create_db_subnet_group(
    DBSubnetGroupName=name("aurora-subnets"), DBSubnetGroupDescription="By hand", SubnetIds=private
)
rds.create_db_cluster(
    DBClusterIdentifier=name("aurora"),
    Engine="aurora-postgresql",
    EngineVersion="16",
    DatabaseName="iotdb",
    MasterUsername="iotadmin",
    MasterUserPassword="made-by-hand-1",
    DBSubnetGroupName=name("aurora-subnets"),
    StorageEncrypted=True,
    ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 2.0},
)
rds.create_db_instance(
    DBInstanceIdentifier=name("aurora-1"),
    DBClusterIdentifier=name("aurora"),
    DBInstanceClass="db.serverless",
    Engine="aurora-postgresql",
)
