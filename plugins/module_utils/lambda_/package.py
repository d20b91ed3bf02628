# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Put a function's package together: what goes into the zip, and the zip's bytes; no AWS calls.

The same input gives the same bytes on every machine and with every Python, so that AWS's checksum of the code tells whether
there is something to deploy. Nothing is compressed, since zlib's releases pack differently.
"""

from __future__ import annotations

import base64
import hashlib
import io
import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

# The earliest time a zip can hold.
TIME = (1980, 1, 1, 0, 0, 0)
# AWS's limit of a zip that is sent with the call. Source: "Lambda quotas" in the AWS Lambda developer guide.
MAX_ZIP_BYTES = 50 * 1024 * 1024

Entries = dict[str, bytes]


def is_junk(path: Path) -> bool:
    """Whether a file is made by a machine or an editor, and differs from one to the next."""
    return path.suffix in (".pyc", ".pyo") or "__pycache__" in path.parts or any(p.startswith(".") for p in path.parts)


def source_entries(source: Path) -> Entries:
    """The files of a package's folder, under the folder's own name.

    :raises AnsibleAWSError: when there is no such folder, or nothing in it
    """
    if not source.is_dir():
        raise AnsibleAWSError(message=f"source is '{source}': there is no such folder")
    entries = {
        f"{source.name}/{file.relative_to(source).as_posix()}": file.read_bytes()
        for file in source.rglob("*")
        if file.is_file() and not is_junk(file.relative_to(source))
    }
    if not entries:
        raise AnsibleAWSError(message=f"source is '{source}': the folder holds no file")
    return entries


def file_entries(files: Mapping[str, str]) -> Entries:
    """The single files.

    :arg files: name in the zip to the path it is read from
    :raises AnsibleAWSError: when one of them cannot be read
    """
    entries = {}
    for name, path in files.items():
        try:
            entries[name] = Path(path).expanduser().read_bytes()
        except OSError as error:
            raise AnsibleAWSError(message=f"files['{name}'] is '{path}': {error.strerror}") from error
    return entries


def merge_entries(parts: Iterator[tuple[str, Entries]]) -> Entries:
    """All parts as one.

    :arg parts: pairs of a part's name for messages, and its entries
    :raises AnsibleAWSError: when two parts have a file of one name
    """
    merged: Entries = {}
    owners: dict[str, str] = {}
    for owner, entries in parts:
        for name, content in entries.items():
            if name in owners and merged[name] != content:
                raise AnsibleAWSError(message=f"{owner} and {owners[name]} both have a file {name}: keep one of them")
            merged[name], owners[name] = content, owner
    return merged


def build_zip(entries: Entries) -> bytes:
    """The zip with these files.

    :raises AnsibleAWSError: when it is larger than AWS takes
    """
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, TIME)
            entry.create_system = 3  # Unix, whatever this machine is
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, entries[name])
    content = output.getvalue()
    if len(content) > MAX_ZIP_BYTES:
        raise AnsibleAWSError(message=f"the package has {len(content)} bytes: AWS takes up to {MAX_ZIP_BYTES} (50 MB)")
    return content


def code_sha256(content: bytes) -> str:
    """The checksum of a zip as AWS gives it in ``CodeSha256``."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
