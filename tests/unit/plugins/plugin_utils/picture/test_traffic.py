"""The picture of the security groups: an arrow for each rule, from whom it names to the row that says what."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pictures
from pictures import OUT, group, rule

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture.traffic import draw_traffic, spread


def draw(*groups: dict[str, object]) -> ElementTree.Element:
    return pictures.read(draw_traffic({"cache": {"security_groups": [*groups]}}))


def arrows(picture: ElementTree.Element) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """From where to where."""
    found = []
    for path in picture.iter("path"):
        if path.get("class") == "arrow":
            numbers = [float(number) for number in re.findall(r"[\d.]+", path.get("d", ""))]
            found.append(((numbers[0], numbers[1]), (numbers[-2], numbers[-1])))
    return found


def height_of(picture: ElementTree.Element, text: str) -> list[float]:
    """The base lines of a text, in the middle of what is around it."""
    lines = zip(picture.iter("text"), pictures.texts(picture), strict=True)
    return [float(line.get("y", "")) - 4.0 for line, shown in lines if shown == text]


def test_each_rule_has_an_arrow_to_its_own_row() -> None:
    rules = [rule("10.0.0.0/16"), rule("10.0.0.0/16", 22), rule("192.0.2.0/24", 22)]
    picture = draw(group("redis", *rules), group("aurora", rule("10.0.0.0/16", 5432), egress=()))
    ends = [end for _start, end in arrows(picture)]

    assert len(ends) == 5 and len(set(ends)) == 5
    assert {y for _x, y in ends} >= {
        *height_of(picture, "tcp 6379"),
        *height_of(picture, "tcp 22"),
        *height_of(picture, "tcp 5432"),
    }
    starts = {y for (x, y), _end in arrows(picture) if x < 400}
    assert starts >= {*height_of(picture, "10.0.0.0/16"), *height_of(picture, "192.0.2.0/24")}


def test_a_group_of_the_stack_is_told_by_its_name_and_others_by_their_id() -> None:
    picture = draw(group("redis", rule("sg-functions"), rule("sg-other")), group("functions"))
    shown = pictures.texts(picture)

    assert shown.count("iot-functions-sg-dev") == 2 and "sg-other" in shown and "sg-functions" not in shown
    assert "nothing comes in" in shown


def test_whoever_is_let_in_from_anywhere_stands_out() -> None:
    kinds = [
        [one.get("class") for one in draw(group("redis", rule(source), egress=(OUT,))).iter("rect")]
        for source in ("10.0.0.0/16", "0.0.0.0/0")
    ]

    assert [found.count("peer open") for found in kinds] == [0, 1]


def test_a_group_that_two_tiers_know_is_drawn_once() -> None:
    one = group("redis", rule("10.0.0.0/16"))
    picture = pictures.read(draw_traffic({"cache": {"security_groups": [one]}, "database": {"security_groups": [one]}}))

    assert pictures.texts(picture).count("iot-redis-sg-dev") == 1


def test_many_sources_do_not_lie_on_each_other_or_outside() -> None:
    picture = draw(group("redis", *(rule(f"10.{number}.0.0/16") for number in range(30)), egress=()))
    sources = [one for one in picture.iter("rect") if one.get("class") == "peer"]
    tops = sorted(float(one.get("y", "")) for one in sources)

    assert len(tops) == 30 and all(below - above >= 30 for above, below in itertools.pairwise(tops))
    assert tops[0] >= 0 and tops[-1] + 30 <= float(picture.get("height", ""))


def test_a_place_that_is_free_is_taken() -> None:
    assert spread({"a": 50.0, "b": 200.0}, 300.0) == {"a": 50.0, "b": 200.0}
    assert spread({"a": 290.0, "b": 295.0}, 300.0) == {"a": 244.0, "b": 284.0}


def test_texts_of_aws_are_text_and_nothing_else() -> None:
    evil = "<script>alert(1)</script>"
    text = draw_traffic({"cache": {"security_groups": [{**group("x", rule("10.0.0.0/8")), "name": evil}]}})

    assert "<script" not in text and evil in pictures.texts(pictures.read(text))


def test_there_is_no_picture_of_nothing() -> None:
    assert draw_traffic({"cache": {}, "network": {"security_groups": []}}) == ""


def test_groups_are_below_each_other_and_hold_their_rows() -> None:
    many = [rule(f"10.{number}.0.0/16") for number in range(5)]
    picture = draw(
        group("redis", *many), group("aurora", rule("10.0.0.0/16", 5432)), group("functions", egress=(OUT, OUT))
    )
    places = [
        (float(one.get("y", "")), float(one.get("height", "")))
        for one in picture.iter("rect")
        if one.get("class") == "group"
    ]

    assert len(places) == 3 and all(y + height < below for (y, height), (below, _) in itertools.pairwise(places))
    rows = [y for text in ("tcp 6379", "tcp 5432", "all traffic") for y in height_of(picture, text)]
    assert all(any(top < y < top + height for top, height in places) for y in rows)
