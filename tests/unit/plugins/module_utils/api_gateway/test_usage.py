"""Usage plans and API keys, from answers as real AWS gives them (simulated AWS answers)."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import usage
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change

PLAN = {
    "id": "u1",
    "name": "plan",
    "throttle": {"burstLimit": 400, "rateLimit": 200.0},
    "quota": {"limit": 10, "offset": 0, "period": "DAY"},
    "apiStages": [
        {"apiId": "b", "stage": "prod"},
        {"apiId": "a", "stage": "prod", "throttle": {"/x/GET": {"burstLimit": 2, "rateLimit": 1.0}}},
    ],
}


def test_a_plan_of_aws() -> None:
    assert usage.plan_to_dict(PLAN) == {
        "id": "u1",
        "name": "plan",
        "description": "",
        "throttle": {"rate_limit": 200.0, "burst_limit": 400},
        "quota": {"limit": 10, "period": "DAY", "offset": 0},
        "api_stages": [
            {"rest_api_id": "a", "stage": "prod", "throttle": {"/x/GET": {"rate_limit": 1.0, "burst_limit": 2}}},
            {"rest_api_id": "b", "stage": "prod", "throttle": {}},
        ],
        "tags": {},
    }


def test_stages_left_out_stay_only_without_purge() -> None:
    current = {"a:prod": {"/x/GET": {"rate_limit": 1.0}}, "b:prod": {}}
    option = [{"rest_api_id": "a", "stage": "prod", "throttle": None}]

    assert usage.wanted_stages(current, option, purge=True) == {"a:prod": {"/x/GET": {"rate_limit": 1.0}}}
    assert usage.wanted_stages(current, option, purge=False) == current
    assert usage.wanted_stages(current, None, purge=True) == current


def test_stages_and_throttles_of_methods_are_patched_by_pointer() -> None:
    before = usage.plan_to_dict(PLAN)["api_stages"]
    after = [
        {"rest_api_id": "a", "stage": "prod", "throttle": {"/x/{id}/POST": {"rate_limit": 5.0, "burst_limit": 6}}},
        {"rest_api_id": "c", "stage": "qa", "throttle": {}},
    ]

    assert usage.build_plan_patches({"api_stages": Change(before, after)}) == [
        {"op": "remove", "path": "/apiStages", "value": "b:prod"},
        {"op": "remove", "path": "/apiStages/a:prod/throttle/~1x/GET"},
        {"op": "replace", "path": "/apiStages/a:prod/throttle/~1x~1{id}/POST/rateLimit", "value": "5"},
        {"op": "replace", "path": "/apiStages/a:prod/throttle/~1x~1{id}/POST/burstLimit", "value": "6"},
        {"op": "add", "path": "/apiStages", "value": "c:qa"},
    ]


def test_limits_are_patched_by_field_and_removed_whole() -> None:
    changes = {
        "throttle": Change({"rate_limit": 1.0, "burst_limit": 2}, {"rate_limit": 3.5, "burst_limit": 2}),
        "quota": Change({"limit": 10, "period": "DAY", "offset": 0}, {}),
    }

    assert usage.build_plan_patches(changes) == [
        {"op": "replace", "path": "/throttle/rateLimit", "value": "3.5"},
        {"op": "remove", "path": "/quota"},
    ]


def test_a_plan_gives_up_its_stages_before_it_goes() -> None:
    assert usage.detach_patches(usage.plan_to_dict(PLAN)) == [
        {"op": "remove", "path": "/apiStages", "value": "a:prod"},
        {"op": "remove", "path": "/apiStages", "value": "b:prod"},
    ]


def test_a_disabled_key_may_read_back_as_text() -> None:
    assert usage.key_to_dict({"id": "k", "name": "n", "enabled": "false", "value": "secret"}) == {
        "id": "k",
        "name": "n",
        "description": "",
        "enabled": False,
        "tags": {},
    }
