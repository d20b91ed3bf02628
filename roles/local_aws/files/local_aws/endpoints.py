# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""VPC endpoints whose policy, security groups and private DNS are kept and told, and found by filters; MiniStack drops all of them."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from ministack.services import ec2

from local_aws.patches import require

Params = dict[str, Any]

# What AWS gives an endpoint without a policy.
FULL_ACCESS = '{"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]}'


def install() -> None:
    """Put it into MiniStack."""
    require(ec2, "_ACTION_MAP", "_vpc_endpoints", "_tags")
    require(ec2, parameters={"_create_vpc_endpoint": 1, "_modify_vpc_endpoint": 1, "_describe_vpc_endpoints": 1})
    require(ec2, parameters={"_vpce_fields_xml": 2, "_parse_member_list": 2, "_parse_filters": 1, "_p": 3})
    create, modify, fields = ec2._create_vpc_endpoint, ec2._modify_vpc_endpoint, ec2._vpce_fields_xml

    def create_endpoint(params: Params) -> Any:
        known = set(ec2._vpc_endpoints)
        answer = create(params)
        for made in set(ec2._vpc_endpoints) - known:
            endpoint = ec2._vpc_endpoints[made]
            is_interface = endpoint["VpcEndpointType"] == "Interface"
            endpoint["GroupIds"] = ec2._parse_member_list(params, "SecurityGroupId")
            endpoint["PrivateDns"] = (ec2._p(params, "PrivateDnsEnabled") or str(is_interface)).lower() == "true"
            endpoint["PolicyDocument"] = ec2._p(params, "PolicyDocument") or FULL_ACCESS
        return answer

    def modify_endpoint(params: Params) -> Any:
        endpoint = ec2._vpc_endpoints.get(ec2._p(params, "VpcEndpointId"))
        if endpoint:
            added, removed = (ec2._parse_member_list(params, f"{verb}SecurityGroupId") for verb in ("Add", "Remove"))
            kept = [group for group in endpoint.get("GroupIds", []) if group not in (*added, *removed)]
            endpoint["GroupIds"] = kept + added
            if ec2._p(params, "PrivateDnsEnabled"):
                endpoint["PrivateDns"] = ec2._p(params, "PrivateDnsEnabled").lower() == "true"
            if ec2._p(params, "ResetPolicy").lower() == "true":
                endpoint["PolicyDocument"] = FULL_ACCESS
        return modify(params)

    def describe_endpoints(params: Params) -> Any:
        ids, filters = ec2._parse_member_list(params, "VpcEndpointId"), ec2._parse_filters(params)
        found = [one for key, one in ec2._vpc_endpoints.items() if (not ids or key in ids) and _matches(one, filters)]
        items = "".join(ec2._vpce_fields_xml(endpoint) for endpoint in found)
        return ec2._xml(200, "DescribeVpcEndpointsResponse", f"<vpcEndpointSet>{items}</vpcEndpointSet>")

    def endpoint_fields(endpoint: dict[str, Any], tag: str = "item") -> str:
        groups = "".join(f"<item><groupId>{group}</groupId></item>" for group in endpoint.get("GroupIds", []))
        private = str(endpoint.get("PrivateDns", False)).lower()
        policy = f"<policyDocument>{escape(endpoint.get('PolicyDocument', FULL_ACCESS))}</policyDocument>"
        more = f"<groupSet>{groups}</groupSet><privateDnsEnabled>{private}</privateDnsEnabled>{policy}"
        # Its lists have elements of the same name, so that only the last one is the endpoint's.
        start, end, rest = fields(endpoint, tag).rpartition(f"</{tag}>")
        return start + more + end + rest

    ec2._vpce_fields_xml = endpoint_fields
    ec2._ACTION_MAP |= {
        "CreateVpcEndpoint": create_endpoint,
        "ModifyVpcEndpoint": modify_endpoint,
        "DescribeVpcEndpoints": describe_endpoints,
    }


def _matches(endpoint: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    """Whether an endpoint is what the filters ask for; those that are not known here let it pass, as in MiniStack."""
    tags = {tag["Key"]: tag["Value"] for tag in ec2._tags.get(endpoint["VpcEndpointId"], [])}
    known = {
        "vpc-id": endpoint["VpcId"],
        "service-name": endpoint["ServiceName"],
        "vpc-endpoint-id": endpoint["VpcEndpointId"],
        "vpc-endpoint-state": endpoint["State"],
        **{f"tag:{key}": value for key, value in tags.items()},
    }
    return all(
        known.get(name) in values for name, values in filters.items() if name in known or name.startswith("tag:")
    )
