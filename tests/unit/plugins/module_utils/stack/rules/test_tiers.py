"""Each rule with good values at AWS's limits, and bad ones just past them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.session import Session
from variables import NAMES, TIERS, literal_defaults

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules import common
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.tiers import RULES

BASE: dict[str, Any] = {
    **NAMES,
    "secrets_port": 5432,
    "secrets_generate_password": True,
    "cache_auth_token_enabled": False,
    "cache_authentication": "none",
    "cache_clients_speak_cluster_mode": True,
    "cache_kms_key_id": "",
    "cache_logs_kms_key_id": "",
    "network_interface_endpoints": [],
    "network_logs_kms_key_id": "",
    **{name: value for tier in TIERS for name, value in literal_defaults(tier).items()},
}
MOCK = {"type": "MOCK", "request_templates": {"application/json": '{"statusCode": 200}'}}
GOLD = {"rate_limit": 500, "burst_limit": 1000}
ROUTE = {"path": "/sensor-data", "method": "POST", "integration": MOCK, "responses": [{"status_code": "200"}]}
FOUR_SUBNETS = {
    "network_vpc_cidr": "192.168.0.0/24",
    "network_public_subnet_cidrs": ["192.168.0.0/28"],
    "network_private_subnet_cidrs": ["192.168.0.16/28", "192.168.0.128/25"],
}


def problems(**changed: Any) -> list[str]:
    """What all rules say about the defaults with some values changed."""
    values = json.loads(json.dumps({**BASE, **changed}))  # as an inventory's: no two values are the same object
    return common.check_stack(values) + [problem for tier in TIERS for problem in RULES[tier](values)]


def test_the_defaults_are_good() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"stack_region": None},
        {"stack_region": "cn-north-1"},
        {"stack_region": "us-gov-west-1"},
        {"stack_tags": {f"key-{number}": "v" for number in range(46)}},
        {"stack_tags": {**{f"key-{number}": "v" for number in range(46)}, "Project": "mine"}},
        {"stack_tags": {"k" * 128: "v" * 256, "Équipe à 2": "a b_.:/=+-@", "empty": "", "number": 12}},
        FOUR_SUBNETS,
        {"network_availability_zones": ["ca-central-1a", "ca-central-1d"]},
        {"secrets_password_length": 8},
        {"secrets_password_length": 41},
        {"secrets_recovery_window_in_days": 0},
        {"secrets_recovery_window_in_days": 7},
        {"secrets_recovery_window_in_days": 30},
        {"cache_num_cache_clusters": 6},
        {
            "cache_num_cache_clusters": 1,
            "cache_automatic_failover_enabled": False,
            "cache_multi_az_enabled": False,
            "cache_node_type": "cache.t1.micro",
        },
        {"cache_snapshot_retention_limit": 35, "cache_port": 65535, "cache_wait_timeout": 1},
        {"cache_engine": "valkey", "cache_engine_version": "7.2", "cache_parameter_group_name": "default.valkey7"},
        {"cache_engine": "valkey", "cache_engine_version": "8.0", "cache_parameter_group_name": "default.valkey8"},
        {"cache_engine_version": "7", "cache_parameter_group_name": "my-own"},
        {"cache_engine_version": "6.2", "cache_parameter_group_name": "default.redis6.x"},
        {"cache_allowed_cidrs": ["10.0.0.0/8", "203.0.113.7/32", "0.0.0.0/1"]},
        {"database_min_capacity": 0, "database_max_capacity": 256},
        {"database_min_capacity": 256, "database_max_capacity": 256.0},
        {"database_instance_count": 16, "database_port": 1150, "database_backup_retention_period": 35},
        {"database_name": "d" * 63, "database_master_username": "u" * 16, "database_engine_version": "16.6"},
        {"api_throttle_rate_limit": 10000, "api_throttle_burst_limit": 5000},
        {"api_throttle_rate_limit": 0, "api_throttle_burst_limit": 0},
        {"api_routes": [ROUTE, {**ROUTE, "method": "GET"}, {**ROUTE, "path": "/devices/{id}"}]},
        {"api_routes": []},
        {
            "api_clients": [{"name": "a" * 64}, {"name": "b-1", "tier": "gold", "quota": {}}],
            "api_tiers": {"gold": GOLD},
        },
        {"api_clients": [{"name": "a", "rate_limit": 0, "burst_limit": 5000}], "api_rollover_clients": ["a"]},
        {"api_clients": [{"name": "a"}], "api_finish_rollover_clients": ["a"], "api_remove_clients": ["b", "c"]},
        {"api_remove_clients": ["all"], "api_requests_per_second": 0},
        {"api_clients": [{"name": f"c{number}"} for number in range(9999)]},
        {"network_interface_endpoints": ["secretsmanager", "ecr.api"]},
        {"cache_auth_token_enabled": True},
        {"secrets_rotation": "function", "secrets_rotation_strategy": "alternating_users"},
        {"secrets_rotation": "function", "secrets_rotation_schedule": "cron(0 4 1 * ? *)"},
        {"secrets_rotation": "rds_managed", "secrets_generate_password": False},
        {"processing_batch_size": 10, "processing_batch_window": 0},
        {"processing_batch_size": 10000, "processing_batch_window": 300, "processing_maximum_concurrency": 1000},
        {"processing_memory_size": 10240, "processing_ingest_timeout": 900, "processing_query_timeout": 29},
        {"processing_retention_days": 3650, "processing_log_retention_days": 3653, "processing_query_concurrency": -1},
        {"processing_database_ca_file": "/etc/ssl/own.pem", "processing_maintenance_schedule": "cron(0 1 * * ? *)"},
    ],
    ids=",".join,
)
def test_good_values(changed: dict[str, Any]) -> None:
    assert problems(**changed) == []


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("stack_name", "Iot", "lower-case"),
        ("stack_region", "ca-central-9", "such as ca-central-1"),
        ("stack_region", "", "such as ca-central-1"),
        ("stack_tags", {f"key-{number}": "v" for number in range(47)}, "allowed are 46"),
        ("stack_tags", {"": "v"}, "1 to 128 characters"),
        ("stack_tags", {"k" * 129: "v"}, "1 to 128 characters"),
        ("stack_tags", {"AWS:owner": "v"}, "not starting with aws:"),
        ("stack_tags", {"owner": "v" * 257}, "up to 256"),
        ("stack_tags", {"owner": "R&D"}, "letters, digits, spaces"),
        ("stack_tags", {"own#er": "v"}, "letters, digits, spaces"),
        ("network_interface_endpoints", ["Secrets Manager"], "names of AWS services"),
        ("secrets_rotation", "rds_managed", "database_master_password rds_managed"),
        ("secrets_rotation_schedule", "30 days", "such as rate(30 days)"),
        ("secrets_rotation_strategy", "alternating_users", "allowed is it with function"),
        ("processing_memory_size", 127, "128 to 10240 MB"),
        ("processing_ingest_timeout", 901, "5 to 900 seconds"),
        ("processing_batch_size", 10001, "1 to 10000 messages"),
        ("processing_batch_window", 0, "up to 10 messages without a window"),
        ("processing_batch_window", 301, "0 to 300 seconds"),
        ("processing_maximum_concurrency", 1, "2 to 1000 batches"),
        ("processing_query_timeout", 30, "1 to 29 seconds"),
        ("processing_query_concurrency", -2, "-1 to 1000"),
        ("processing_max_receive_count", 0, "1 to 1000 tries"),
        ("processing_message_retention_days", 15, "1 to 14 days"),
        ("processing_retention_days", 3651, "1 to 3650 days"),
        ("processing_credentials_seconds", 0, "1 to 3600 seconds"),
        ("processing_latest_seconds", 86401, "1 to 86400 seconds"),
        ("processing_wait_timeout", 0, "1 to 86400 seconds"),
        ("processing_log_retention_days", 31, "allowed are 1, 3, 5"),
        ("processing_log_retention_days", 0, "allowed are 1, 3, 5"),
        ("processing_maintenance_schedule", "daily", "such as rate(1 day)"),
        ("processing_cache_ca_file", "/etc/ssl/own.key", "the path of a PEM file"),
        ("network_vpc_cidr", "10.0.0.0/15", "/16 to /28"),
        ("network_vpc_cidr", "10.0.0.0/29", "/16 to /28"),
        ("network_vpc_cidr", "10.0.0.0/33", "CIDR notation"),
        ("network_vpc_cidr", "10.0.0.1/16", "CIDR notation"),
        ("network_vpc_cidr", "fd00::/16", "CIDR notation"),
        ("network_vpc_cidr", "172.32.0.0/16", "private ranges"),
        ("network_vpc_cidr", "100.128.0.0/16", "private ranges"),
        ("network_public_subnet_cidrs", ["10.0.0.0/29"], "/16 to /28"),
        ("network_public_subnet_cidrs", ["10.1.0.0/24"], "inside network_vpc_cidr 10.0.0.0/16"),
        ("network_public_subnet_cidrs", ["10.0.0.0/24", "10.0.0.0/25"], "do not overlap"),
        ("network_public_subnet_cidrs", ["10.0.11.255/32"], "/16 to /28"),
        ("network_private_subnet_cidrs", ["10.0.10.0/24"], "at least two"),
        ("network_private_subnet_cidrs", ["10.0.10.0/24", "10.0.10.0/24"], "do not overlap"),
        ("network_availability_zones", ["ca-central-1a"], "at least two"),
        ("network_availability_zones", ["ca-central-1a", "ca-central-1a", "ca-central-1b"], "each once"),
        ("network_availability_zones", ["ca-central-1a", "eu-west-1a"], "zones of the region ca-central-1"),
        ("network_availability_zones", ["ca-central-1a", "ca-central-1"], "zones of the region ca-central-1"),
        ("secrets_password_length", 7, "8 to 41"),
        ("secrets_password_length", 42, "8 to 41"),
        ("secrets_port", 0, "1 to 65535"),
        ("secrets_recovery_window_in_days", 6, "7 to 30 days, or 0"),
        ("secrets_recovery_window_in_days", 31, "7 to 30 days, or 0"),
        ("secrets_recovery_window_in_days", -1, "7 to 30 days, or 0"),
        ("cache_num_cache_clusters", 7, "1 to 6 nodes"),
        ("cache_automatic_failover_enabled", False, "Multi-AZ with failover"),
        ("cache_node_type", "cache.t1.micro", "any type but t1"),
        ("cache_node_type", "t3.micro", "cache.t3.micro"),
        ("cache_port", 65536, "1 to 65535"),
        ("cache_engine", "valkey", "valkey from 7.2"),
        ("cache_engine_version", "latest", "major or major.minor"),
        ("cache_engine_version", "7.0.7", "major or major.minor"),
        ("cache_engine_version", "7.2", "redis up to 7.1"),
        ("cache_parameter_group_name", "default.redis6.x", "default.redis7"),
        ("cache_snapshot_retention_limit", 36, "0 to 35 days"),
        ("cache_wait_timeout", 0, "1 to 86400 seconds"),
        ("cache_allowed_cidrs", ["10.0.0.0/8", "0.0.0.0/0"], "any range but the whole internet"),
        ("cache_allowed_cidrs", ["sg-12345678"], "CIDR notation"),
        ("database_min_capacity", 0.7, "half steps"),
        ("database_min_capacity", -0.5, "0 to 256 ACU"),
        ("database_min_capacity", 1.5, "up to database_max_capacity 1.0"),
        ("database_min_capacity", float("nan"), "half steps"),
        ("database_max_capacity", 0.5, "1 to 256 ACU"),
        ("database_max_capacity", 256.5, "1 to 256 ACU"),
        ("database_max_capacity", float("inf"), "1 to 256 ACU"),
        ("database_instance_count", 0, "1 to 16 instances"),
        ("database_instance_count", 17, "1 to 16 instances"),
        ("database_port", 1149, "1150 to 65535"),
        ("database_backup_retention_period", 0, "1 to 35 days"),
        ("database_backup_retention_period", 36, "1 to 35 days"),
        ("database_wait_timeout", 86401, "1 to 86400 seconds"),
        ("database_engine_version", "16.6.1", "such as 16 or 16.6"),
        ("database_name", "d" * 64, "1 to 63 characters"),
        ("database_name", "1db", "starting with a letter"),
        ("database_name", "iot-db", "letters, digits and underscores"),
        ("database_master_username", "u" * 17, "1 to 16 characters"),
        ("database_master_username", "Admin", "any name but admin, rdsadmin"),
        ("database_allowed_cidrs", ["0.0.0.0/0"], "any range but the whole internet"),
        ("api_throttle_rate_limit", -0.1, "0 to 10000 requests per second"),
        ("api_throttle_rate_limit", 10000.1, "0 to 10000 requests per second"),
        ("api_throttle_burst_limit", 5001, "0 to 5000 requests"),
        ("api_clients", [{"name": "a"}, {"name": "a"}], "api_clients has 'a' 2 times: allowed is each name once"),
        ("api_clients", [{"name": "A_"}], "api_clients[0].name is 'A_': allowed is 1 to 64 lower-case letters"),
        ("api_clients", [{"name": "a" * 65}], "1 to 64 lower-case letters"),
        ("api_clients", [{"name": "a-next"}], "those that end with -next"),
        ("api_clients", [{"name": "all"}], "allowed is any but all"),
        ("api_clients", [{"name": "a", "tier": "none"}], "api_clients[0].tier is 'none': allowed are standard"),
        ("api_clients", [{"name": "a", "rate_limit": 10001}], "0 to 10000 requests per second"),
        ("api_clients", [{"name": "a", "burst_limit": -1}], "0 to 5000 requests"),
        ("api_clients", [{"name": "a", "quota": {"limit": 0, "period": "DAY"}}], "requests a period"),
        ("api_clients", [{"name": "a", "quota": {"limit": 5}}], "allowed are limit and period"),
        ("api_clients", [{"name": "a", "quota": {"limit": 5, "period": "YEAR"}}], "DAY, WEEK, MONTH"),
        ("api_clients", [{"tier": "standard"}], "name"),
        (
            "api_clients",
            [{"name": f"c{number}"} for number in range(10000)],
            "allowed are 10000, a quota of the account",
        ),
        (
            "api_clients",
            [{"name": f"c{n}", "rate_limit": 1} for n in range(300)],
            "allowed are 300, a quota of the account",
        ),
        ("api_tiers", {"gold": {"rate_limit": 5}}, "api_tiers['gold'].burst_limit is missing"),
        ("api_tiers", {"gold": {**GOLD, "speed": 1}}, "other limits than rate_limit, burst_limit and quota"),
        ("api_tiers", {"gold": 5}, "other limits than rate_limit, burst_limit and quota"),
        ("api_tiers", {"gold": {**GOLD, "rate_limit": 10001}}, "0 to 10000 requests per second"),
        ("api_tiers", {"Gold": GOLD}, "1 to 64 lower-case letters"),
        ("api_tiers", {"standard": GOLD}, "its limits are api_throttle_rate_limit"),
        ("api_remove_clients", ["A"], "allowed are names of clients, or all"),
        ("api_rollover_clients", ["a"], "allowed are names of api_clients"),
        ("api_finish_rollover_clients", ["a"], "allowed are names of api_clients"),
        ("api_requests_per_second", -1, "0 to 1000 changes per second"),
        ("api_routes", [{**ROUTE, "path": "sensor-data"}], "start with '/'"),
        ("api_routes", [{**ROUTE, "method": "SEND"}], "GET, POST"),
        ("api_routes", [{**ROUTE, "integration": {"type": "LAMBDA"}}], "MOCK"),
        ("api_routes", [{**ROUTE, "integration": {"type": "MOCK"}}], "statusCode"),
        ("api_routes", [ROUTE, ROUTE], "each once"),
        ("api_routes", [{"path": "/sensor-data"}], "integration"),
    ],
)
def test_bad_values(option: str, value: Any, allowed: str) -> None:
    found = [problem for problem in problems(**{option: value}) if allowed in problem]

    assert found and all(option in problem for problem in found)


def test_a_client_on_the_list_is_not_removed_and_one_rollover_is_not_two() -> None:
    clients = {"api_clients": [{"name": "a"}]}

    assert problems(**clients, api_remove_clients=["a"]) == [
        "api_remove_clients has 'a', which is in api_clients: allowed are clients that are off that list"
    ]
    assert problems(**clients, api_rollover_clients=["a"], api_finish_rollover_clients=["a"]) == [
        "api_rollover_clients has 'a', which is in api_finish_rollover_clients too: allowed is one of the two"
    ]


def test_all_problems_are_found_at_once() -> None:
    found = problems(cache_num_cache_clusters=1, database_min_capacity=0.7, api_throttle_rate_limit=-1, stack_name="I")

    assert len(found) == 4


def test_a_subnet_that_is_no_range_hides_no_other_problem() -> None:
    found = problems(network_private_subnet_cidrs=["ten", "10.0.1.0/24"])

    assert [problem.split(" is ")[0] for problem in found] == [
        "network_private_subnet_cidrs[0]",
        "network_public_subnet_cidrs[1]",
    ]


def test_without_botocore_the_region_is_left_to_the_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    common.known_regions.cache_clear()
    monkeypatch.setattr(common, "find_spec", lambda _name: None)
    assert problems(stack_region="mars-north-1") == []
    common.known_regions.cache_clear()


def test_the_regions_are_those_that_botocore_tells_to_have_ec2() -> None:
    session = Session()
    expected = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition_name=partition)
    }
    assert set(common.known_regions()) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("argument 'port' is of type str and we were unable to …", "port is 'x': allowed is a value of type int"),
        ("argument 'other' is of type str and we were unable to …", "argument 'other' is of type str and we were"),
        ("missing required arguments: name", "missing required arguments: name"),
    ],
)
def test_wrong_types_are_told_with_their_value(message: str, expected: str) -> None:
    assert common.explain_type(message, {"port": "x"}, {"port": {"type": "int"}}).startswith(expected)


def test_a_token_needs_encryption_in_transit() -> None:
    found = problems(cache_authentication="token", cache_transit_encryption_enabled=False)

    assert len(found) == 1 and "allowed is it with encryption in transit" in found[0]


def test_a_function_rotates_no_password_that_rds_has() -> None:
    found = problems(secrets_rotation="function", secrets_generate_password=False)

    assert len(found) == 1 and "allowed is rds_managed, or none" in found[0]
