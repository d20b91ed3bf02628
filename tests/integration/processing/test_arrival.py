"""Readings arrive: from the API through the queue into a real PostgreSQL and a real Redis, and back to who asks."""

from __future__ import annotations

from typing import Any

import pytest
from live import Live
from load import ACCEPTED, Connection, Load, newest
from local_aws.data_servers import DataServers
from processing import ARRIVAL_SECONDS, keys, moment, reading, unique

CLIENTS = ["one", "two", "three", "four"]


@pytest.mark.load
def test_ten_thousand_readings_of_four_clients_in_a_minute(live: Live, url: str) -> None:
    names = unique(*CLIENTS)
    with live.clients(names, rate=50) as clients:
        load = Load(url, clients, connections=4)
        load.run(60, posts=2500)
        accepted = load.accepted()
        assert load.statuses() == {ACCEPTED: 10_000} and len(accepted) == 10_000
        assert live.wait_until_stored(ARRIVAL_SECONDS) and live.messages("readings-dlq") == 0

        stored = [one for name in names for one in live.stored(f"{name}-")]
        assert keys(stored) == keys(accepted), "each accepted reading once, and nothing else"
        connection = Connection(url, clients[0].key)
        wanted = newest(accepted)
        for device in {one["device"] for one in accepted}:
            latest = {metric: one["value"] for (of, metric), one in wanted.items() if of == device}
            assert {metric: one["value"] for metric, one in live.cached(device).items()} == latest
        device = f"{names[0]}-0"
        status, body = connection.get(f"/sensor-data/{device}/latest")
        assert status == 200 and body["device"] == device
        assert {one["metric"]: one["value"] for one in body["readings"]} == {
            metric: one["value"] for (of, metric), one in wanted.items() if of == device
        }
        assert body["readings"] == sorted(body["readings"], key=lambda one: one["time"], reverse=True)
        connection.close()


@pytest.mark.load
def test_who_posts_too_much_is_refused_and_the_others_feel_nothing(live: Live, url: str) -> None:
    greedy, *modest = unique("greedy", "modest", "humble")
    with live.clients([greedy]) as fast, live.clients(modest, rate=10) as slow:
        load = Load(url, [*fast, *slow], connections=4)
        load.run(10)
        statuses = {name: load.statuses(name) for name in (greedy, *modest)}
        assert set(statuses[greedy]) == {ACCEPTED, 429} and statuses[greedy][429] > 0
        # What the plan allows in that time: its burst, and 200 a second.
        assert statuses[greedy][ACCEPTED] <= 400 + 200 * 11
        for name in modest:
            assert set(statuses[name]) == {ACCEPTED} and statuses[name][ACCEPTED] >= 50
        assert live.wait_until_stored(ARRIVAL_SECONDS)
        assert keys([one for name in (greedy, *modest) for one in live.stored(f"{name}-")]) == keys(load.accepted())


def test_the_same_reading_twice_is_stored_once(live: Live, client: Connection) -> None:
    (device,) = unique("twin")
    first, other = reading(device), reading(device, metric="humidity")
    answers = [client.post(body) for body in (first, first, [first, other, first], {**first, "value": 99})]

    assert [status for status, _body in answers] == [ACCEPTED] * 4
    assert len({body["message_id"] for _status, body in answers}) == 4
    assert live.wait_until_stored(ARRIVAL_SECONDS)
    assert keys(live.stored(device)) == keys([first, other]) and live.messages("readings-dlq") == 0
    assert live.cached(device)["temperature"]["value"] == first["value"]


def test_an_older_reading_never_hides_a_newer_one(live: Live, client: Connection) -> None:
    (device,) = unique("traveller")
    now, before = reading(device, value=2), reading(device, value=1, time=moment(hours=5))
    for body in (now, before):
        assert client.post(body)[0] == ACCEPTED
        assert live.wait_until_stored(ARRIVAL_SECONDS)

    assert live.cached(device)["temperature"]["value"] == 2
    status, body = client.get(f"/sensor-data/{device}/latest")
    assert status == 200 and body["readings"] == [
        {key: now[key] for key in ("metric", "value")} | {"time": body["readings"][0]["time"]}
    ]


BAD_BODIES: list[Any] = [
    {},
    [],
    "text",
    reading("d", value="21.5"),
    reading("d" * 129),
    reading("no spaces"),
    reading("d", time="yesterday"),
    reading("d", more=1),
    {key: value for key, value in reading("d").items() if key != "time"},
    [reading("d"), {"device": "d"}],
    [reading("d", metric=f"m{number}") for number in range(101)],
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_body_that_is_no_reading_is_refused_by_the_api(live: Live, client: Connection, body: Any) -> None:
    status, answer = client.post(body)

    assert status == 400 and answer["message"] == "Invalid request body" and "errors" in answer


def test_questions(live: Live, client: Connection) -> None:
    (device,) = unique("garden")
    readings = [
        reading(device, metric=metric, value=float(number), time=moment(minutes=number))
        for number in range(1, 6)
        for metric in ("a", "b")
    ]
    assert client.post(readings)[0] == ACCEPTED and live.wait_until_stored(ARRIVAL_SECONDS)

    seen, cursor, pages = [], "", 0
    while cursor is not None:
        status, page = client.get(f"/sensor-data/{device}?limit=3" + (f"&cursor={cursor}" if cursor else ""))
        assert status == 200 and page["device"] == device
        seen += page["readings"]
        cursor, pages = page["next"], pages + 1
    assert pages == 4 and [(one["metric"], one["value"]) for one in seen] == [
        (metric, float(number)) for number in range(1, 6) for metric in ("a", "b")
    ]
    status, page = client.get(f"/sensor-data/{device}?metric=b&from={moment(minutes=3.5)}&to={moment(minutes=1.5)}")
    assert status == 200 and [one["value"] for one in page["readings"]] == [2.0, 3.0]
    status, body = client.get(f"/sensor-data/{device}?limit=5000&from=yesterday")
    assert status == 400 and len(body["errors"]) == 2 and any("limit is '5000'" in error for error in body["errors"])
    status, body = client.get(f"/sensor-data/{unique('nobody')[0]}/latest")
    assert status == 404 and body["message"]


def test_without_a_key_nothing_is_taken_or_told(url: str) -> None:
    stranger = Connection(url, "no-key-of-this-api")

    assert stranger.post(reading("d"))[0] == stranger.get("/sensor-data/d/latest")[0] == 403


def test_without_redis_readings_arrive_and_are_told(live: Live, data: DataServers, client: Connection) -> None:
    (device,) = unique("island")
    first, second = reading(device, value=1, time=moment(minutes=2)), reading(device, value=2)
    assert client.post(first)[0] == ACCEPTED and live.wait_until_stored(ARRIVAL_SECONDS)
    assert client.get(f"/sensor-data/{device}/latest")[1]["readings"][0]["value"] == 1
    data.stop_cache()
    try:
        assert client.post(second)[0] == ACCEPTED
        assert live.wait_until_stored(ARRIVAL_SECONDS) and keys(live.stored(device)) == keys([first, second])
        status, body = client.get(f"/sensor-data/{device}/latest")
        assert status == 200 and body["readings"][0]["value"] == 2, "from the database"
    finally:
        data.start_cache()
    # What Redis still holds from before is not told again: the next batch puts it right.
    assert client.post(reading(unique("other")[0]))[0] == ACCEPTED and live.wait_until_stored(ARRIVAL_SECONDS)
    status, body = client.get(f"/sensor-data/{device}/latest")
    assert status == 200 and body["readings"][0]["value"] == 2
