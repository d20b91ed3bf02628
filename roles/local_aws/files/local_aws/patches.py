# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Functions of MiniStack's modules are replaced in this process, which is checked to fit first."""

from __future__ import annotations

import inspect
from typing import Any


def require(module: Any, *names: str, parameters: dict[str, int] | None = None) -> None:
    """Fail when a module of MiniStack has not what is used or replaced here.

    :arg names: what must be there
    :arg parameters: functions, and how many parameters they must have
    """
    found = [name for name in names if not hasattr(module, name)]
    for name, count in (parameters or {}).items():
        function = getattr(module, name, None)
        if function is None or len(inspect.signature(function).parameters) != count:
            found.append(name)
    if found:
        raise RuntimeError(
            f"{module.__name__} of the installed ministack does not have, or has changed, {', '.join(found)}: "
            "install the version that requirements.txt names"
        )
