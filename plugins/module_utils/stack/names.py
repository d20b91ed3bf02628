# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The names of a stack's resources: ``<stack_name>-<thing>-<stack_environment>``; pure functions.

Names are how the collection finds its resources again, since it keeps no state file.
"""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern

TIERS = ("network", "secrets", "cache", "database", "processing", "api", "observability")

# The longest name of stack_name and stack_environment together: an ElastiCache replication group id has up to 40
# characters, and ours adds "-redis-" to the two.
LONGEST_STACK = 40 - len("-redis-")


def resource_name(stack_name: str, thing: str, stack_environment: str) -> str:
    """The name of one resource, such as ``iot-vpc-dev``."""
    return f"{stack_name}-{thing}-{stack_environment}"


def check_stack_name(stack_name: str, stack_environment: str) -> list[str]:
    """Check the two parts of every name against the tightest of AWS's limits."""
    words = "lower-case letters, digits and single hyphens"
    problems = check_pattern(
        "stack_name", stack_name, r"[a-z](?:-?[a-z0-9])*", f"{words}, starting with a letter, not ending with a hyphen"
    ) + check_pattern("stack_environment", stack_environment, r"[a-z0-9](?:-?[a-z0-9])*", f"{words}, not at the ends")
    length = len(stack_name) + len(stack_environment)
    if length > LONGEST_STACK:
        problems.append(
            f"stack_name '{stack_name}' and stack_environment '{stack_environment}' have {length} characters together: "
            f"allowed are up to {LONGEST_STACK}, for the 40 of the ElastiCache replication group "
            f"{resource_name(stack_name, 'redis', stack_environment)}"
        )
    return problems
