# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules of each tier."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.api import check_api
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.cache import check_cache
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import Values
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.database import check_database
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.network import check_network
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.observability import check_observability
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.processing import check_processing
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.secrets import check_secrets

RULES: dict[str, Callable[[Values], list[str]]] = {
    "network": check_network,
    "secrets": check_secrets,
    "cache": check_cache,
    "database": check_database,
    "processing": check_processing,
    "api": check_api,
    "observability": check_observability,
}
