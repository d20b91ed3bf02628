"""A stack from nothing to nothing at the old end of the support range; the new end has all other tests."""

from __future__ import annotations

import sys

import pytest
from stacks import SMALL, Stack

pytestmark = pytest.mark.oldest


def test_this_is_the_old_end() -> None:
    from ansible.release import __version__

    assert sys.version_info[:2] == (3, 11) and __version__.startswith("2.19.")


def test_deploy_unchanged_run_and_destroy(stack: Stack) -> None:
    stack.environments["dev"] |= SMALL
    stack.write_inventory()
    assert stack.plan().code == 2
    assert stack.deploy().changed > 0
    assert stack.deploy().changed == 0 and stack.plan().code == 0
    stack.destroy()

    account = stack.account
    assert account.client("rds").describe_db_clusters()["DBClusters"] == []
    assert account.client("elasticache").describe_replication_groups()["ReplicationGroups"] == []
    assert account.client("apigateway").get_rest_apis()["items"] == []
    assert [vpc["IsDefault"] for vpc in account.client("ec2").describe_vpcs()["Vpcs"]] == [True]
