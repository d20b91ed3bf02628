"""The inventories are good input, and the collection's own lists are complete."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import version
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.manager import VariableManager
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from variables import ROOT, TIERS, literal_defaults, read_defaults, read_yaml, validate_stack

INVENTORIES = ["demo", "dev", "local", "prod", "qa"]
LOCAL = ("demo", "local")  # on the local AWS
# They call nothing of AWS.
ON_CONTROLLER = ("lambda_package", "validate_stack")
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))


def read_inventory(name: str) -> dict[str, Any]:
    """The variables of an inventory's only host, over those of the playbooks."""
    loader = DataLoader()
    loader.set_basedir(str(ROOT / "playbooks"))
    inventory = InventoryManager(loader, sources=[str(ROOT / "inventories" / name)])
    (host,) = inventory.get_hosts("stacks")
    variables = VariableManager(loader, inventory).get_vars(host=host)
    return {option: without_environment(value) for option, value in variables.items()}


def without_environment(value: Any) -> Any:
    """A variable that may come from the environment, which has no lookups here, as it is without one."""
    found = re.search(r"ansible\.builtin\.env'.*default\('(.*?)', true\)", value) if isinstance(value, str) else None
    return found[1] if found else value


def effective(name: str) -> dict[str, Any]:
    """An inventory's variables over the roles' defaults."""
    defaults = {option: value for tier in TIERS for option, value in literal_defaults(tier).items()}
    return {**defaults, **read_inventory(name)}


def test_these_are_all_inventories() -> None:
    assert sorted(path.name for path in (ROOT / "inventories").iterdir()) == INVENTORIES


@pytest.mark.parametrize("name", INVENTORIES)
def test_an_inventory_is_good_input(name: str) -> None:
    variables = read_inventory(name)

    assert validate_stack(variables)["changed"] is False
    assert variables["stack_environment"] == name and variables["stack_region"] == "ca-central-1"


@pytest.mark.parametrize("name", INVENTORIES)
def test_an_inventory_sets_only_variables_that_exist(name: str) -> None:
    """A variable with a typing error would be ignored without a word."""
    group_vars = read_yaml(ROOT / "inventories" / name / "group_vars" / "stacks" / "main.yml")
    known = {option for role in (*TIERS, "stack", "local_aws") for option in read_defaults(role)}
    connection = {"stack_endpoint_url", "stack_access_key", "stack_secret_key", "stack_profile", "local_aws_enabled"}

    assert set(group_vars) <= known | connection | {"stack_name", "stack_environment", "stack_region", "stack_tags"}


@pytest.mark.parametrize("name", ["dev", "qa"])
def test_dev_and_qa_are_small(name: str) -> None:
    values = effective(name)

    assert values["cache_num_cache_clusters"] == values["database_instance_count"] == 1
    assert not values["database_deletion_protection"] and values["secrets_recovery_window_in_days"] == 0


@pytest.mark.parametrize("name", ["local", "prod"])
def test_local_and_prod_have_two_of_everything(name: str) -> None:
    values = effective(name)

    assert values["cache_num_cache_clusters"] == values["database_instance_count"] == 2
    assert values["cache_automatic_failover_enabled"] and values["cache_multi_az_enabled"]
    assert values["network_availability_zone_count"] == 2
    assert values["network_public_subnet_cidrs"] == values["network_private_subnet_cidrs"] == []


def test_prod_is_protected() -> None:
    values = effective("prod")

    assert (
        values["database_deletion_protection"] and values["database_final_snapshot"] and values["cache_final_snapshot"]
    )
    assert values["database_cluster_parameters"] == {"rds.force_ssl": 1} and values["database_instance_parameters"]
    assert values["database_iam_authentication"] and values["database_auto_minor_version_upgrade"]
    assert values["database_logs"] == ["postgresql"] and values["database_logs_retention_days"] >= 90
    assert values["database_performance_insights"] and values["database_monitoring_interval"] == 60
    assert values["database_backup_window"] and values["database_copy_tags_to_snapshot"]
    assert values["secrets_recovery_window_in_days"] >= 7 and values["database_backup_retention_period"] >= 7
    assert values["cache_snapshot_retention_limit"] > 0 and values["cache_at_rest_encryption_enabled"]
    assert values["cache_transit_encryption_enabled"] and values["database_storage_encrypted"]


def test_prods_network_is_watched_and_closed() -> None:
    values = effective("prod")

    assert values["network_flow_logs_enabled"] and values["network_flow_logs_retention_days"] >= 365
    assert values["network_default_security_group_empty"] and not values["network_map_public_ip_on_launch"]
    assert values["api_integration"] == "queue" and values["secrets_rotation"] == "function"


def test_prods_api_knows_who_calls_and_tells_why_not() -> None:
    values = effective("prod")

    assert values["api_authorization"] == "iam" and values["api_request_validation"] and values["api_json_errors"]
    assert (
        values["api_security_policy"].startswith("SecurityPolicy_TLS13")
        and values["api_endpoint_access_mode"] == "STRICT"
    )


@pytest.mark.parametrize("name", INVENTORIES)
def test_only_the_local_inventory_shows_keys_and_holds_credentials(name: str) -> None:
    values = effective(name)
    local = name in LOCAL

    assert values["api_show_key"] is local and values.get("local_aws_enabled", False) is local
    for option in ("stack_endpoint_url", "stack_access_key", "stack_secret_key"):
        assert (option in values) is local


def test_the_action_group_holds_the_modules_that_call_aws() -> None:
    group = read_yaml(ROOT / "meta" / "runtime.yml")["action_groups"]["aws"]

    assert [item for item in group if isinstance(item, str)] == [name for name in MODULES if name not in ON_CONTROLLER]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_tests_and_options_for_the_connection(module: str) -> None:
    if module in ON_CONTROLLER:
        assert list((ROOT / "tests/unit").rglob(f"test_{module}.py"))
    else:
        assert (ROOT / f"tests/integration/modules/test_{module}.py").is_file()
        assert "amazon.aws.region.modules" in (ROOT / f"plugins/modules/{module}.py").read_text()


def test_what_is_installed_is_within_the_bounds() -> None:
    """requirements.txt chooses the Ansible package, which brings the collections that galaxy.yml depends on."""
    for collection, bounds in read_yaml(ROOT / "galaxy.yml")["dependencies"].items():
        common = import_module(f"ansible_collections.{collection}.plugins.module_utils.common")
        installed = getattr(common, f"{collection.replace('.', '_').upper()}_COLLECTION_VERSION")
        assert installed in SpecifierSet(bounds), collection
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith(("#", "-r "))]
    (ansible,) = [item for item in wanted if item.name == "ansible" and item.marker and item.marker.evaluate()]
    runtime = read_yaml(ROOT / "meta" / "runtime.yml")["requires_ansible"]

    assert version("ansible") in ansible.specifier and version("ansible-core") in SpecifierSet(runtime)
