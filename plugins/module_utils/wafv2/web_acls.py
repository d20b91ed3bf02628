# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Web ACLs, between AWS's answers and the options of ``wafv2_web_acl``; pure functions."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_range

RATE_RULE = "rate-of-an-address"
# Seconds that the requests of an address are counted over.
RATE_WINDOW = 300
# Source: RateLimit and EntityName in the AWS WAF API reference.
RATE_LIMITS = (10, 2_000_000_000)
NAME = r"[\w-]{1,128}"
NAME_WORDS = "1 to 128 letters, digits, hyphens and underscores"

# Headers that carry a caller's secret: WAF writes all others into its log.
SECRET_HEADERS = ("authorization", "cookie", "x-api-key")

# Settings that UpdateWebACL would drop when they are left out, and that are not ours to change.
CARRIED = (
    "CustomResponseBodies",
    "CaptchaConfig",
    "ChallengeConfig",
    "TokenDomains",
    "AssociationConfig",
    "DataProtectionConfig",
)

WebAcl = dict[str, Any]


def check_rules(groups: list[dict[str, Any]], rate_limit: int, groups_name: str, rate_name: str) -> list[str]:
    """Check the managed rule groups and the rate of an address, under the names of their variables."""
    problems = []
    for group in groups:
        problems += check_pattern(f"{groups_name} has the name", group["name"], NAME, NAME_WORDS)
    twice = sorted(name for name, count in Counter(group["name"] for group in groups).items() if count > 1)
    problems += [f"{groups_name} has '{name}' more than once: allowed is each once" for name in twice]
    if rate_limit:
        problems += check_range(rate_name, rate_limit, *RATE_LIMITS, "requests in 5 minutes, 0: no rule")
    return problems


def build_rules(groups: list[dict[str, Any]], rate_limit: int) -> dict[str, dict[str, Any]]:
    """The rules by name as AWS has them: the rate first, since it is cheapest, then the groups in their order."""
    rules: dict[str, dict[str, Any]] = {}
    if rate_limit:
        rate = {"Limit": rate_limit, "EvaluationWindowSec": RATE_WINDOW, "AggregateKeyType": "IP"}
        rules[RATE_RULE] = {"Statement": {"RateBasedStatement": rate}, "Action": {"Block": {}}}
    for group in groups:
        statement: dict[str, Any] = {"VendorName": group["vendor_name"], "Name": group["name"]}
        if group["count"]:
            counted = [{"Name": rule, "ActionToUse": {"Count": {}}} for rule in group["count"]]
            statement["RuleActionOverrides"] = counted
        rules[group["name"]] = {"Statement": {"ManagedRuleGroupStatement": statement}, "OverrideAction": {"None": {}}}
    return {
        name: {"Priority": priority, **rule, "VisibilityConfig": build_visibility(name)}
        for priority, (name, rule) in enumerate(rules.items())
    }


def build_visibility(name: str) -> dict[str, Any]:
    """Metrics, but no samples of requests, which would show callers' secrets to whoever may look at the console."""
    return {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": name}


def web_acl_to_dict(acl: dict[str, Any]) -> WebAcl:
    """A web ACL in the form that is compared."""
    return {
        "name": acl["Name"],
        "id": acl["Id"],
        "arn": acl["ARN"],
        "description": acl.get("Description", ""),
        "default_action": acl.get("DefaultAction", {}),
        "rules": {
            rule["Name"]: {key: value for key, value in rule.items() if key != "Name"} for rule in acl.get("Rules", [])
        },
        "visibility": acl.get("VisibilityConfig", {}),
    }


def build_request(wanted: WebAcl) -> dict[str, Any]:
    """What CreateWebACL and UpdateWebACL have in common."""
    request = {
        "Name": wanted["name"],
        "DefaultAction": wanted["default_action"],
        "Rules": [{"Name": name, **rule} for name, rule in wanted["rules"].items()],
        "VisibilityConfig": wanted["visibility"],
    }
    # An empty one is refused.
    return {**request, "Description": wanted["description"]} if wanted["description"] else request


def log_to_dict(configuration: dict[str, Any] | None) -> dict[str, Any]:
    """Where a web ACL logs to and which headers it leaves out; empty without a log."""
    if configuration is None:
        return {}
    fields = configuration.get("RedactedFields", [])
    return {
        "destination_arn": configuration["LogDestinationConfigs"][0],
        "redacted_headers": sorted(field["SingleHeader"]["Name"] for field in fields if "SingleHeader" in field),
    }


def wanted_log(destination_arn: str | None) -> dict[str, Any] | None:
    """The log as it should be: empty for none, None to leave it alone."""
    if not destination_arn:
        return None if destination_arn is None else {}
    # CloudWatch Logs' own ARNs may end with :*, which WAF does not take.
    return {"destination_arn": destination_arn.removesuffix(":*"), "redacted_headers": sorted(SECRET_HEADERS)}


def build_log_configuration(arn: str, log: dict[str, Any]) -> dict[str, Any]:
    """PutLoggingConfiguration's request."""
    return {
        "ResourceArn": arn,
        "LogDestinationConfigs": [log["destination_arn"]],
        "RedactedFields": [{"SingleHeader": {"Name": header}} for header in log["redacted_headers"]],
    }
