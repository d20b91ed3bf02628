"""A device's latest readings and its pages, with a real PostgreSQL and a real Redis."""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from data_tier import CACHE_SECRET, START, Stack, reading
from sensor_functions import ingest, query, secrets
from sensor_functions.readings import parse_time

Logged = Callable[[], list[dict[str, Any]]]


def store(*readings: dict[str, Any]) -> None:
    answer = ingest.handler({"Records": [{"messageId": "m", "body": json.dumps(list(readings))}]}, None)
    assert answer == {"batchItemFailures": []}


def get(path: str, **parameters: str) -> tuple[int, dict[str, Any]]:
    """Status and body of a request, given as API Gateway gives it to the function."""
    _unused, _ignored, device, *rest = path.split("/")
    event = {
        "resource": "/".join(["/sensor-data/{device_id}", *rest]),
        "path": path,
        "httpMethod": "GET",
        "pathParameters": {"device_id": device},
        "queryStringParameters": {name.rstrip("_"): value for name, value in parameters.items()} or None,
    }
    answer = query.handler(event, None)
    assert answer["headers"]["Content-Type"] == "application/json"
    return answer["statusCode"], json.loads(answer["body"])


def latest(device: str = "sensor-1") -> dict[str, Any]:
    status, body = get(f"/sensor-data/{device}/latest")
    assert status == 200 and body["device"] == device
    return {one["metric"]: one["value"] for one in body["readings"]}


def test_an_answer_names_the_allowed_origin_where_there_is_one(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    event = {"resource": "/sensor-data/{device_id}/latest", "pathParameters": {"device_id": "sensor-1"}}
    before = query.handler(event, None)
    monkeypatch.setenv("ALLOWED_ORIGIN", "https://app.example.com")

    assert "Access-Control-Allow-Origin" not in before["headers"]
    assert query.handler(event, None)["headers"]["Access-Control-Allow-Origin"] == "https://app.example.com"


class TestLatest:
    """GET /sensor-data/{device_id}/latest."""

    def test_is_one_reading_per_metric_newest_first(self, stack: Stack) -> None:
        first, last = reading(1, metric="b", ago=30), reading(3, metric="a", ago=10)
        store(first, reading(2, metric="a", ago=20), last, reading(9, device="sensor-2"))

        for _unused in range(2):  # from Aurora, then from Redis
            status, body = get("/sensor-data/sensor-1/latest")
            assert status == 200
            assert body == {
                "device": "sensor-1",
                "readings": [
                    {"metric": "a", "value": 3, "time": last["time"].replace("+00:00", "Z")},
                    {"metric": "b", "value": 1, "time": first["time"].replace("+00:00", "Z")},
                ],
            }

    def test_equals_what_the_table_holds_for_many_metrics(self, stack: Stack) -> None:
        many = [
            reading(number, metric=f"m{number % 13}", ago=random.Random(number).randrange(80 * 86400))
            for number in range(90)
        ]
        store(*many)
        expected = stack.sql(
            "SELECT DISTINCT ON (metric) metric, value FROM readings WHERE device = 'sensor-1' ORDER BY metric, time DESC"
        )

        assert latest() == dict(expected)

    def test_an_unknown_device_is_404(self, stack: Stack) -> None:
        assert get("/sensor-data/nobody/latest") == (404, {"message": "The device has no readings"})
        assert get("/sensor-data/nobody/latest")[0] == 404

    def test_a_bad_device_is_400(self, secrets_manager: Any) -> None:
        status, body = get("/sensor-data/a b/latest")
        assert status == 400 and body["errors"][0].startswith("device_id is 'a b': allowed is 1 to 128 characters")

    def test_the_second_answer_comes_from_redis_and_follows_updates(self, stack: Stack) -> None:
        store(reading(1, ago=20), reading(5, metric="other", ago=20))
        assert latest() == {"temperature": 1, "other": 5}
        stack.sql("UPDATE readings SET value = 99")

        assert latest() == {"temperature": 1, "other": 5}, "Aurora was not asked"
        store(reading(2, ago=10))
        assert latest() == {"temperature": 2, "other": 5}
        store(reading(3, ago=15))
        assert latest() == {"temperature": 2, "other": 5}, "an older one changes nothing"

    def test_counts_for_latest_seconds_only_however_many_updates_come(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LATEST_SECONDS", "2")
        store(reading(1, ago=60), reading(1, metric="other", ago=60))
        latest()
        stack.sql("UPDATE readings SET value = 99 WHERE metric = 'other'")
        assert latest()["other"] == 1

        until = time.monotonic() + 10
        while latest()["other"] == 1 and time.monotonic() < until:
            store(reading(2, metric="third"))
            time.sleep(0.2)

        assert latest()["other"] == 99

    def test_after_redis_lost_its_data_some_metrics_are_not_taken_for_all(self, stack: Stack) -> None:
        store(reading(1, ago=20), reading(2, metric="other", ago=20))
        assert latest() == {"temperature": 1, "other": 2}
        stack.servers.flush_cache()

        store(reading(3, ago=10))

        assert latest() == {"temperature": 3, "other": 2}

    def test_a_fill_never_puts_an_older_value_over_a_newer(self, stack: Stack) -> None:
        store(reading(1, ago=20))
        stack.servers.flush_cache()
        readings, epoch = query.latest().read("sensor-1")
        assert readings is None
        behind = query.store.latest(query.reader(), "sensor-1")  # what a query read before the next reading came
        store(reading(2, ago=10))

        assert query.latest().fill("sensor-1", behind, epoch)

        assert latest() == {"temperature": 2}

    def test_a_fill_begun_before_redis_lost_its_data_is_not_taken(self, stack: Stack) -> None:
        store(reading(1, ago=20))
        _unused, epoch = query.latest().read("sensor-1")
        behind = query.store.latest(query.reader(), "sensor-1")
        store(reading(2, ago=10))
        stack.servers.flush_cache()

        assert not query.latest().fill("sensor-1", behind, epoch)
        assert latest() == {"temperature": 2}

    def test_two_queries_at_once_both_fill(self, stack: Stack) -> None:
        store(reading(1, ago=20))
        _unused, first = query.latest().read("sensor-1")
        _unused, second = query.latest().read("sensor-1")

        assert first == second

    def test_without_redis_aurora_answers(self, stack: Stack, logged: Logged) -> None:
        store(reading(1, ago=20))
        latest()
        stack.servers.stop_cache()

        assert latest() == {"temperature": 1}
        assert any(line["event"] == "cache_not_read" for line in logged())

        stack.servers.start_cache()
        assert latest() == {"temperature": 1}

    def test_a_readers_stale_answer_ends_once_ingest_reaches_redis_again(self, stack: Stack) -> None:
        store(reading(1, ago=20))
        assert latest() == {"temperature": 1}
        stack.servers.stop_cache()
        store(reading(2, ago=10))
        stack.servers.start_cache()
        assert latest() == {"temperature": 1}, "Redis came back with what it had before"

        store(reading(9, device="another"))

        assert latest() == {"temperature": 2}

    def test_without_database_redis_still_answers(self, stack: Stack) -> None:
        store(reading(1, ago=20))
        latest()
        stack.servers.stop_database()

        assert latest() == {"temperature": 1}

    def test_a_cache_secret_that_cannot_be_read_is_as_no_cache(self, stack: Stack, logged: Logged) -> None:
        store(reading(1))
        secrets.secret.cache_clear()
        query.latest.cache_clear()
        del stack.secrets_manager.values[CACHE_SECRET]

        assert latest() == {"temperature": 1}


class TestPages:
    """GET /sensor-data/{device_id}."""

    def test_newest_first_with_the_default_limit(self, stack: Stack) -> None:
        store(*[reading(number, ago=number) for number in range(100)])
        store(*[reading(number, ago=number) for number in range(100, 130)])

        status, body = get("/sensor-data/sensor-1")

        assert status == 200 and list(body) == ["device", "readings", "next"]
        assert [one["value"] for one in body["readings"]] == list(range(100))
        rest = get("/sensor-data/sensor-1", cursor=body["next"])[1]
        assert [one["value"] for one in rest["readings"]] == list(range(100, 130)) and rest["next"] is None

    def test_a_device_without_readings_has_an_empty_page(self, stack: Stack) -> None:
        assert get("/sensor-data/nobody") == (200, {"device": "nobody", "readings": [], "next": None})

    @pytest.mark.parametrize("limit", [1, 3, 7, 60, 1000])
    @pytest.mark.parametrize("metric", [None, "m3"])
    def test_the_pages_together_hold_each_reading_once(self, stack: Stack, limit: int, metric: str | None) -> None:
        # Several metrics at equal times, over month ends.
        all_readings = [
            reading(number, metric=f"m{number % 5}", ago=(number // 5) * 6 * 86400 + 60) for number in range(60)
        ]
        store(*all_readings, reading(1, device="sensor-2"))
        asked = {"limit": str(limit)} | ({"metric": metric} if metric else {})

        found: list[tuple[str, str]] = []
        cursor: dict[str, str] = {}
        for _unused in range(100):
            body = get("/sensor-data/sensor-1", **asked, **cursor)[1]
            assert len(body["readings"]) <= limit
            found += [(one["time"], one["metric"]) for one in body["readings"]]
            if body["next"] is None:
                break
            cursor = {"cursor": body["next"]}

        wanted = [one for one in all_readings if metric in (None, one["metric"])]
        expected = [(one["time"].replace("+00:00", "Z"), one["metric"]) for one in wanted]
        assert sorted(found) == sorted(expected)
        newest_first = sorted(found, key=lambda one: (-parse_time(one[0]).timestamp(), one[1]))
        assert found == newest_first

    def test_readings_that_come_in_meanwhile_disturb_no_page(self, stack: Stack) -> None:
        store(*[reading(number, ago=100 + number) for number in range(10)])
        first = get("/sensor-data/sensor-1", limit="5")[1]
        store(reading(99), reading(98, ago=500))

        second = get("/sensor-data/sensor-1", limit="5", cursor=first["next"])[1]

        assert [one["value"] for one in first["readings"] + second["readings"]] == list(range(10))

    def test_from_is_included_and_to_is_not(self, stack: Stack) -> None:
        times = [reading(ago=number)["time"] for number in range(5)]
        store(*[reading(number, time=text) for number, text in enumerate(times)])

        body = get("/sensor-data/sensor-1", from_=times[3], to=times[1])[1]

        assert [one["value"] for one in body["readings"]] == [2, 3]

    def test_a_zone_other_than_utc_is_understood(self, stack: Stack) -> None:
        store(reading(1, ago=100))
        vancouver = timezone(timedelta(hours=-8))
        after, before = (datetime.fromtimestamp(START - ago, vancouver).isoformat() for ago in (99, 101))

        assert len(get("/sensor-data/sensor-1", from_=before)[1]["readings"]) == 1
        assert len(get("/sensor-data/sensor-1", from_=after)[1]["readings"]) == 0

    @pytest.mark.parametrize(
        ("parameters", "expected"),
        [
            ({"limit": "x"}, "limit is 'x': allowed is 1 to 1000"),
            ({"limit": "0"}, "limit is '0': allowed is 1 to 1000"),
            ({"limit": "1001"}, "limit is '1001': allowed is 1 to 1000"),
            ({"limit": "-1"}, "limit is '-1': allowed is 1 to 1000"),
            ({"limit": ""}, "limit is '': allowed is 1 to 1000"),
            ({"limit": "٣"}, "limit is '٣': allowed is 1 to 1000"),
            ({"limit": "9" * 200}, f"limit is '{'9' * 64}...': allowed is 1 to 1000"),
            ({"metric": "a b"}, "metric is 'a b': allowed is 1 to 64 characters"),
            ({"metric": "m" * 65}, f"metric is '{'m' * 64}...': allowed is 1 to 64 characters"),
            ({"from_": "yesterday"}, "from is 'yesterday': allowed is an ISO 8601 time with zone"),
            ({"from_": "2026-11-01"}, "from is '2026-11-01': allowed is an ISO 8601 time with zone"),
            ({"to": "2026-11-01T00:00:00"}, "to is '2026-11-01T00:00:00': allowed is an ISO 8601 time with zone"),
            ({"to": "2026-11-31T00:00:00Z"}, "to is '2026-11-31T00:00:00Z': allowed is an ISO 8601 time with zone"),
            ({"cursor": "x"}, "cursor is 'x': allowed is what next was"),
            ({"cursor": base64.urlsafe_b64encode(b"[1]").decode()}, "cursor is 'WzFd': allowed is what next was"),
            ({"cursor": base64.urlsafe_b64encode(b'[1e99,"m"]').decode()}, "cursor is "),
            ({"cursor": base64.urlsafe_b64encode(b'[999999999999999999,"m"]').decode()}, "cursor is "),
            ({"cursor": base64.urlsafe_b64encode(b'[true,"m"]').decode()}, "cursor is "),
            ({"cursor": "[1,2]"}, "cursor is '[1,2]': allowed is what next was"),
            ({"from_": "2026-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z"}, "allowed is a time before to"),
            ({"limt": "5"}, "'limt' is not a parameter: allowed is metric, from, to, limit, cursor"),
        ],
    )
    def test_a_bad_parameter_is_named_with_value_and_what_is_allowed(
        self, secrets_manager: Any, parameters: dict[str, str], expected: str
    ) -> None:
        status, body = get("/sensor-data/sensor-1", **parameters)

        assert status == 400 and body["message"] == "The request is not valid"
        assert len(body["errors"]) == 1 and expected in body["errors"][0]

    def test_all_errors_are_told_at_once(self, secrets_manager: Any) -> None:
        status, body = get("/sensor-data/a%20b", limit="x", metric="", from_="?", cursor="?")

        assert status == 400
        assert [error.split()[0] for error in body["errors"]] == ["device_id", "metric", "from", "limit", "cursor"]

    def test_a_device_whose_name_is_still_encoded_is_found(self, stack: Stack) -> None:
        store(reading(1, device="a:b"))

        assert get("/sensor-data/a%3Ab")[1]["device"] == "a:b"


class TestDatabaseErrors:
    """What the client is told of them, and what not."""

    def test_away_is_503_until_it_is_back(self, stack: Stack) -> None:
        store(reading(1))
        assert get("/sensor-data/sensor-1")[0] == 200
        stack.servers.stop_database()

        assert get("/sensor-data/sensor-1") == (503, {"message": query_message()})
        assert get("/sensor-data/sensor-1/latest") == (503, {"message": query_message()})

        stack.servers.start_database()
        assert get("/sensor-data/sensor-1")[0] == 200

    def test_no_table_is_503_without_details(self, bare_stack: Stack, logged: Logged) -> None:
        assert get("/sensor-data/sensor-1") == (503, {"message": query_message()})
        assert any(line.get("sqlstate") == "42P01" for line in logged())

    def test_no_secret_is_503(self, secrets_manager: Any) -> None:
        assert get("/sensor-data/sensor-1") == (503, {"message": query_message()})

    def test_a_statement_that_takes_too_long_is_503_and_the_connection_serves_on(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store(reading(1))
        query.reader().run("SET statement_timeout = 200")
        lock = stack.connect()
        lock.run("BEGIN")
        lock.run("LOCK TABLE readings IN ACCESS EXCLUSIVE MODE")

        assert get("/sensor-data/sensor-1")[0] == 503

        lock.close()
        assert get("/sensor-data/sensor-1")[0] == 200
        assert query.reader().run("SHOW statement_timeout") == [["200ms"]], "it is the same connection"

    def test_the_reader_endpoint_is_asked(self, stack: Stack, logged: Logged) -> None:
        store(reading(1))
        stack.secrets_manager.create(
            "iot-aurora-password-test", stack.connection_values(host="nowhere.invalid", reader_host="localhost")
        )
        secrets.secret.cache_clear()
        query.reader.cache_clear()

        assert get("/sensor-data/sensor-1")[0] == 200


def query_message() -> str:
    return "The readings cannot be read at the moment: try again later"
