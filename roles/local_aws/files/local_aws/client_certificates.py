# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Client certificates of API Gateway, which MiniStack lacks: made, listed, read and deleted. Nothing shows them to a backend."""

from __future__ import annotations

import datetime
import json
from typing import Any

from ministack.services import apigateway, apigateway_v1

from local_aws.patches import require

# As AWS's: they are valid for a year, and the key stays with the service.
VALID = datetime.timedelta(days=365)
# Their place among what MiniStack keeps between runs, in the account's settings.
STORE = "client_certificates"


def install() -> None:
    """Put it into MiniStack."""
    require(
        apigateway_v1,
        "_account_settings",
        "_stages_v1",
        parameters={"_v1_response": 2, "_v1_error": 3, "_v1_paginated_response": 2},
    )
    require(apigateway, parameters={"handle_request": 5})
    require(apigateway_v1, parameters={"_new_id": 0})
    handle = apigateway.handle_request

    async def handle_request(method: str, path: str, headers: Any, body: Any, query_params: Any) -> Any:
        parts = [part for part in path.split("/") if part]
        if parts[:1] != ["clientcertificates"]:
            return await handle(method, path, headers, body, query_params)
        return _answer(method, parts[1] if len(parts) > 1 else "", body, query_params)

    apigateway.handle_request = handle_request


def _answer(method: str, certificate_id: str, body: Any, query_params: Any) -> Any:
    known = apigateway_v1._account_settings.setdefault(STORE, {})
    if method == "POST" and not certificate_id:
        request = json.loads(body) if body else {}
        made = _make(apigateway_v1._new_id(), request.get("description", ""), request.get("tags", {}))
        known[made["clientCertificateId"]] = made
        return apigateway_v1._v1_response(made, 201)
    if method == "GET" and not certificate_id:
        return apigateway_v1._v1_paginated_response(list(known.values()), query_params)
    if certificate_id not in known:
        return apigateway_v1._v1_error("NotFoundException", "Invalid client certificate id specified", 404)
    if method == "GET":
        return apigateway_v1._v1_response(known[certificate_id])
    if method == "DELETE":
        if _is_shown(certificate_id):
            return apigateway_v1._v1_error("BadRequestException", "Client certificate is in use by a stage", 400)
        del known[certificate_id]
        return 202, {}, b""
    return apigateway_v1._v1_error("BadRequestException", f"Method not allowed: {method}", 400)


def _is_shown(certificate_id: str) -> bool:
    """Whether a stage shows the certificate."""
    stages = (stage for by_name in apigateway_v1._stages_v1.values() for stage in by_name.values())
    return any(stage.get("clientCertificateId") == certificate_id for stage in stages)


def _make(certificate_id: str, description: str, tags: dict[str, str]) -> dict[str, Any]:
    """A certificate that has signed itself, as AWS's."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now, key = datetime.datetime.now(datetime.UTC).replace(microsecond=0), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "ApiGateway"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "local AWS"),
        ]
    )
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + VALID)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return {
        "clientCertificateId": certificate_id,
        "description": description,
        "pemEncodedCertificate": pem.decode(),
        "createdDate": int(now.timestamp()),
        "expirationDate": int((now + VALID).timestamp()),
        "tags": tags,
    }
