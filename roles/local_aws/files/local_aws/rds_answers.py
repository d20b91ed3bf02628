# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What RDS answers about Aurora where MiniStack looks at a cluster or at an instance alone, or does not know.

An instance has its cluster's version, log-in by IAM, backups and subnets; a cluster without a minor version gets the default one, and is in
several zones when its instances are; the certificates that sign those of the instances can be asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from ministack.services import rds

from local_aws.patches import require

Params = dict[str, Any]
Action = Callable[[Params], Any]

ENGINES = ("aurora-mysql", "aurora-postgresql", "mariadb", "mysql", "postgres")
# What an instance has from its cluster.
INHERITED = ("EngineVersion", "IAMDatabaseAuthenticationEnabled", "BackupRetentionPeriod", "PreferredBackupWindow")

# Amazon's authorities and their last moment, as in Amazon's bundle for ca-central-1. Each region has its own, of the same day or near it.
AUTHORITIES = {
    "rds-ca-rsa2048-g1": "2061-05-21T23:02:35Z",
    "rds-ca-rsa4096-g1": "2121-05-21T23:08:53Z",
    "rds-ca-ecc384-g1": "2121-05-21T23:13:09Z",
}


def install() -> None:
    """Put it into MiniStack."""
    require(
        rds, "_ACTION_MAP", "_clusters", "_instances", "_subnet_groups", "AURORA_POSTGRESQL_DEFAULT_ENGINE_VERSIONS"
    )
    require(rds, parameters={"_p": 3, "_xml": 3, "_error": 3, "_cluster_xml": 1, "_instance_xml": 1})
    rds._cluster_xml = _telling_zones(rds._cluster_xml)
    rds._instance_xml = _telling_of_the_cluster(rds._instance_xml)
    for name, wrap in {
        "CreateDBCluster": _choosing_version,
        "ModifyDBCluster": _choosing_version,
        "CreateDBInstance": _choosing_zone,
    }.items():
        rds._ACTION_MAP[name] = wrap(rds._ACTION_MAP[name])
    rds._ACTION_MAP["DescribeDBEngineVersions"] = _of_all_engines(rds._ACTION_MAP["DescribeDBEngineVersions"])
    rds._ACTION_MAP["DescribeCertificates"] = _describe_certificates


def _choosing_version(original: Action) -> Action:
    def choose(params: Params) -> Any:
        asked = rds._p(params, "EngineVersion")
        version = rds.AURORA_POSTGRESQL_DEFAULT_ENGINE_VERSIONS.get(asked, asked)
        return original({**params, "EngineVersion": [version]} if asked else params)

    return choose


def _choosing_zone(original: Action) -> Action:
    """The zone of the cluster that has the fewest of its instances; AWS says only that it chooses one."""

    def choose(params: Params) -> Any:
        cluster = rds._clusters.get(rds._p(params, "DBClusterIdentifier"))
        if not cluster or rds._p(params, "AvailabilityZone"):
            return original(params)
        taken = Counter(instance["AvailabilityZone"] for instance in _members(cluster))
        zone = min(cluster["AvailabilityZones"], key=lambda one: taken[one])
        return original({**params, "AvailabilityZone": [zone]})

    return choose


def _members(cluster: dict[str, Any]) -> list[dict[str, Any]]:
    names = [member["DBInstanceIdentifier"] for member in cluster.get("DBClusterMembers", [])]
    return [rds._instances[name] for name in names if name in rds._instances]


def _telling_zones(original: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], str]:
    def tell(cluster: dict[str, Any]) -> str:
        zones = {instance["AvailabilityZone"] for instance in _members(cluster)}
        return original({**cluster, "MultiAZ": len(zones) > 1})

    return tell


def _telling_of_the_cluster(original: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], str]:
    def tell(instance: dict[str, Any]) -> str:
        cluster = rds._clusters.get(instance.get("DBClusterIdentifier", ""))
        return original({**instance, **_of_cluster(cluster)} if cluster else instance)

    return tell


def _of_cluster(cluster: dict[str, Any]) -> dict[str, Any]:
    inherited = {name: cluster[name] for name in INHERITED}
    subnets = rds._subnet_groups.get(cluster["DBSubnetGroup"])
    return {**inherited, "DBSubnetGroup": subnets} if subnets else inherited


def _of_all_engines(original: Action) -> Action:
    """Where no engine is asked for, AWS tells the versions of all, and MiniStack those of one."""

    def describe(params: Params) -> Any:
        if rds._p(params, "Engine"):
            return original(params)
        bodies = [original({**params, "Engine": [engine]})[2].decode() for engine in ENGINES]
        found = re.compile("<DBEngineVersion>.*?</DBEngineVersion>", re.DOTALL)
        versions = "".join(version for body in bodies for version in found.findall(body))
        return _answer("DescribeDBEngineVersions", "DBEngineVersions", versions)

    return describe


def _describe_certificates(params: Params) -> Any:
    asked = rds._p(params, "CertificateIdentifier")
    if asked and asked not in AUTHORITIES:
        return rds._error("CertificateNotFound", f"Certificate {asked} not found", 404)
    items = "".join(_certificate_xml(name) for name in AUTHORITIES if asked in ("", name))
    return _answer("DescribeCertificates", "Certificates", items)


def _answer(call: str, tag: str, items: str) -> Any:
    return rds._xml(200, f"{call}Response", f"<{call}Result><{tag}>{items}</{tag}></{call}Result>")


def _certificate_xml(name: str) -> str:
    return (
        f"<Certificate><CertificateIdentifier>{name}</CertificateIdentifier><CertificateType>CA</CertificateType>"
        f"<CertificateArn>arn:aws:rds:{rds.get_region()}::cert:{name}</CertificateArn><CustomerOverride>false</CustomerOverride>"
        f"<ValidFrom>2021-05-21T22:02:35Z</ValidFrom><ValidTill>{AUTHORITIES[name]}</ValidTill></Certificate>"
    )
