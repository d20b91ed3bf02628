"""RDS's certificate authorities, which go into the zip."""

from __future__ import annotations

import ssl
import time
from pathlib import Path

from sensor_functions import database

BUNDLE = Path(database.__file__).parents[1] / "rds-ca-bundle.pem"


def test_all_of_the_bundle_loads_and_none_ends_within_a_year() -> None:
    trusted = ssl.create_default_context(cafile=str(BUNDLE)).get_ca_certs()

    assert len(trusted) == BUNDLE.read_text().count("BEGIN CERTIFICATE") > 50
    for certificate in trusted:
        assert ssl.cert_time_to_seconds(certificate["notAfter"]) > time.time() + 365 * 86400, certificate["subject"]
    subjects = str([certificate["subject"] for certificate in trusted])
    for region in ("ca-central-1", "us-east-1", "eu-central-1"):
        assert f"Amazon RDS {region} Root CA" in subjects


def test_certificate_and_name_of_the_server_are_checked() -> None:
    context = database.tls_context()

    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname
