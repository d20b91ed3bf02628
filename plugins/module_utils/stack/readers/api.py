# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read the api of a live stack."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.certificates import named
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.clients import Names
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.domains import (
    build_url,
    domain_to_dict,
    own_domain,
    own_mappings,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.lookup import find_by_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.stages import (
    build_invoke_url,
    deployed_version,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.api import describe_log_group
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import (
    Facts,
    Name,
    as_text,
    find_role,
    summarize,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.limits import read_limits
from ansible_collections.iot.sensor_stack.plugins.module_utils.wafv2 import api as waf


def read_api(
    clients: dict[str, Any],
    name: Name,
    details: bool = False,
    stage_name: str = "prod",
    leftovers: bool = False,
    domain: str = "",
    limits: bool = False,
) -> Facts:
    """REST API, stage, usage plan and key, and the keys and plans of the clients; not the keys' values.

    :arg domain: the custom domain that there is to be; empty for none, for two calls less
    :arg limits: whether to read what each client may do, which is a call for each usage plan
    :arg leftovers: whether to look for what the stage may have had besides, for a few calls of Logs, WAF and IAM more
    """
    client, advice = clients["apigateway"], "remove or rename all but one"
    api_name, plan_name, key_name = name("sensor-api"), name("usage-plan"), name("api-key")
    rest_api = find_by_name(api.get_rest_apis(client), api_name, "REST API", advice)
    stage = api.get_stage(client, rest_api["id"], stage_name) if rest_api else None
    plans, keys = api.get_usage_plans(client), api.get_api_keys(client, f"{client_names(name).stack_name}-")
    plan = find_by_name(plans, plan_name, "usage plan", advice)
    key = find_by_name(keys, key_name, "API key", advice)
    names = client_names(name)
    client_plans, client_keys = names.client_plans(plans), names.client_keys(keys)
    facts = {
        "rest_api_id": rest_api["id"] if rest_api else None,
        "stage_name": stage_name if stage else None,
        "deployment_id": stage.get("deploymentId") if stage else None,
        "api_gateway_url": api_url(client, rest_api["id"], stage_name) if rest_api and stage else None,
        "usage_plan_id": plan["id"] if plan else None,
        "throttle": plan.get("throttle") if plan else None,
        "client_certificate_id": (stage or {}).get("clientCertificateId") or None,
        "web_acl_arn": (stage or {}).get("webAclArn"),
        "api_key_id": key["id"] if key else None,
        "client_keys": names.key_ids(client_keys),
    }
    parts = {
        f"REST API {api_name}": rest_api,
        f"stage {stage_name}": stage,
        f"usage plan {plan_name}": plan,
        f"API key {key_name}": key,
        **{f"usage plan {one['name']}": True for one in client_plans},
        **{f"API key {one['name']}": True for one in client_keys},
    }
    if domain:
        facts["domain"] = read_domain(client, domain, rest_api["id"] if rest_api else "")
        parts[f"domain {domain}"] = facts["domain"]
    if leftovers:
        parts |= find_leftovers(clients, name, rest_api, stage_name)
    if details and rest_api:
        facts |= {
            "created": as_text(rest_api.get("createdDate")),
            "deployed": as_text((stage or {}).get("lastUpdatedDate")),
        }
        facts["tags"] = rest_api.get("tags") or {}
        facts["deployment"] = read_deployment(client, rest_api, stage)
        facts["problems"] = api_problems(client, rest_api, stage, plan, key)
    if limits:
        shown = [*([plan] if plan else []), *client_plans]
        facts["limits"] = read_limits(client, names, shown, [*([key] if key else []), *client_keys], stage)
    return summarize(facts, parts)


def read_deployment(client: Any, rest_api: Facts, stage: Facts | None) -> Facts | None:
    """What the stage shows: when it was deployed, and by which version of the collection, where a version that tells so did it."""
    found = api.get_deployment(client, rest_api["id"], stage["deploymentId"]) if stage else None
    return {"created": as_text(found.get("createdDate")), "version": deployed_version(found)} if found else None


def read_domain(client: Any, domain_name: str, rest_api_id: str) -> Facts | None:
    """The custom domain with its URL and where its name is to lead; None without it, or where it does not lead to the API."""
    found = api.get_domain_name(client, domain_name)
    mappings = own_mappings(api.get_base_path_mappings(client, domain_name), None, rest_api_id) if found else {}
    if found is None or not mappings:
        return None
    domain = domain_to_dict(found)
    return {
        "name": domain_name,
        "url": build_url(domain_name, min(mappings)),
        "target": domain["target"],
        "target_hosted_zone_id": domain["target_hosted_zone_id"],
    }


def find_leftovers(clients: dict[str, Any], name: Name, rest_api: Facts | None, stage_name: str) -> dict[str, bool]:
    """Domain, web ACL, client certificates, logs and the authorizer's role of the stack that are there.

    Whatever the inventory says by now.

    The log of the executions has the API's ID in its name, and is not found once the API is gone.
    """
    certificate, web_acl = name("api-client-certificate"), name("api-waf")
    certificates = named(api.get_client_certificates(clients["apigateway"]), certificate)
    domain = own_domain(api.get_domain_names(clients["apigateway"]), name("api-domain"))
    acls = [acl["Name"] for acl in waf.list_web_acls(clients["wafv2"])]
    role = name(f"authorize-role-{clients['apigateway'].meta.region_name}")
    groups = [log for log in log_names(name, rest_api, stage_name) if describe_log_group(clients["logs"], log)]
    return {
        **({f"domain {domain['domainName']}": True} if domain else {}),
        **{f"client certificate {certificate}": True for _one in certificates[:1]},
        **{f"web ACL {acl}": True for acl in acls if acl == web_acl},
        **{f"log group {group}": True for group in groups},
        **({f"role {role}": True} if find_role(clients["iam"], role) else {}),
    }


def log_names(name: Name, rest_api: Facts | None, stage_name: str) -> list[str]:
    """The log groups of the API: the stack's own, and that which AWS names."""
    stack_name, _thing, stack_environment = name("*").partition("-*-")
    own = [f"/{stack_name}/api-access-{stack_environment}", f"aws-waf-logs-{name('api')}"]
    return own + ([f"API-Gateway-Execution-Logs_{rest_api['id']}/{stage_name}"] if rest_api else [])


def client_names(name: Name) -> Names:
    """The names of the clients' keys and plans, in a stack whose resources have such names."""
    stack_name, _thing, stack_environment = name("*").partition("-*-")
    return Names(stack_name, stack_environment)


def api_problems(client: Any, rest_api: Facts, stage: Facts | None, plan: Facts | None, key: Facts | None) -> list[str]:
    """What keeps the client from the API, or its limits from working."""
    problems = []
    if stage and plan and {"apiId": rest_api["id"], "stage": stage["stageName"]} not in stages_of(plan):
        problems.append(f"usage plan {plan['name']} does not hold stage {stage['stageName']}: it limits nobody")
    if key and str(key["enabled"]).lower() == "false":
        problems.append(f"API key {key['name']} is disabled")
    if key and plan and api.get_usage_plan_key(client, plan["id"], key["id"]) is None:
        problems.append(f"API key {key['name']} is not in usage plan {plan['name']}: clients get 403")
    return problems


def stages_of(plan: Facts) -> list[dict[str, str]]:
    """The stages of a usage plan, without their throttles."""
    return [{"apiId": stage["apiId"], "stage": stage["stage"]} for stage in plan.get("apiStages", [])]


def api_url(client: Any, api_id: str, stage_name: str) -> str:
    """The URL of a stage, on AWS or on the emulator the client talks to."""
    return build_invoke_url(client.meta.endpoint_url, client.meta.region_name, api_id, stage_name)


def read_api_key_value(clients: dict[str, Any], key_id: str) -> str | None:
    """The value of an API key, None when it has been deleted since. A secret: only for a user who asked for it."""
    return (api.get_api_key_with_value(clients["apigateway"], key_id) or {}).get("value")


def read_client_key_values(clients: dict[str, Any], name: Name) -> dict[str, str]:
    """The values of the clients' keys by client. Secrets: only for a user who asked for them."""
    names = client_names(name)
    return names.label(api.get_api_key_values(clients["apigateway"], f"{names.stack_name}-client-"))
