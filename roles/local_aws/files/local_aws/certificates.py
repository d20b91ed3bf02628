# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The certificates of the local servers: a certificate authority that lasts, and a server certificate that is renewed."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

NAMES = ("localhost", "127.0.0.1", "::1")
VALID = datetime.timedelta(days=365)
RENEWED_BEFORE = datetime.timedelta(days=30)


def ensure(folder: Path) -> bool:
    """Make what is missing or about to expire in the folder; tells whether anything was made.

    The authority is ``ca.pem``; ``server.pem`` and ``server.key`` are the servers'. Clients trust the authority, so that
    they go on after a renewal.
    """
    import trustme

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca_file, ca_key = folder / "ca.pem", folder / "ca.key"
    if _lasts(ca_file) and ca_key.exists():
        if _lasts(folder / "server.pem") and (folder / "server.key").exists():
            return False
        authority = trustme.CA.from_pem(ca_file.read_bytes(), ca_key.read_bytes())
    else:
        authority = trustme.CA(organization_name="iot.sensor_stack local AWS")
        write_private(ca_key, authority.private_key_pem.bytes())
        ca_file.write_bytes(authority.cert_pem.bytes())
    server = authority.issue_cert(*NAMES, not_after=datetime.datetime.now(datetime.UTC) + VALID)
    write_private(folder / "server.key", server.private_key_pem.bytes())
    (folder / "server.pem").write_bytes(b"".join(part.bytes() for part in server.cert_chain_pems))
    return True


def _lasts(certificate: Path) -> bool:
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return False
    return found.not_valid_after_utc - datetime.datetime.now(datetime.UTC) > RENEWED_BEFORE


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    partial.replace(path)
