# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Client certificates, which have no names of their own: ours are told by their tag Name; pure functions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

# How long one is valid. Source: "Generate and configure an SSL certificate for backend authentication" in the API Gateway guide.
VALID_DAYS = 365

Certificate = dict[str, Any]


def certificate_to_dict(certificate: dict[str, Any]) -> Certificate:
    """A client certificate in the form of the result."""
    return {
        "id": certificate["clientCertificateId"],
        "description": certificate.get("description", ""),
        "expires": certificate["expirationDate"].isoformat(),
        "pem": certificate.get("pemEncodedCertificate", ""),
        "tags": certificate.get("tags") or {},
    }


def named(certificates: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Those of a name, the newest first."""
    ours = [one for one in certificates if (one.get("tags") or {}).get("Name") == name]
    return sorted(ours, key=lambda one: one["createdDate"], reverse=True)


def is_spent(certificate: dict[str, Any], renew_before_days: int, now: datetime) -> bool:
    """Whether a certificate expires within so many days; 0 for never asked."""
    return bool(renew_before_days) and certificate["expirationDate"] <= now + timedelta(days=renew_before_days)
