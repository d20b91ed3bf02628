"""cloudwatch_dashboard with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

import pytest
from modules import run_module
from simulated import CONNECTION, SimulatedAWS, error


def test_what_cloudwatch_warns_of_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = SimulatedAWS(monkeypatch)
    warning = {"DataPath": "/widgets/0/type", "Message": "Should match exactly one schema"}
    aws.answers = {
        "GetDashboard": [error("DashboardNotFoundError", status=404)],
        "PutDashboard": [{"DashboardValidationMessages": [warning]}],
    }
    result = run_module("cloudwatch_dashboard", **CONNECTION, name="iot-dashboard-dev", body={"widgets": [{}]})

    assert result["msg"] == (
        "dashboard iot-dashboard-dev is saved, and CloudWatch finds fault with it: /widgets/0/type: Should match exactly one schema"
    )
