"""The filter draw_stack."""

from __future__ import annotations

import pictures
import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.iot.sensor_stack.plugins.filter.draw_stack import FilterModule

draw_stack = FilterModule().filters()["draw_stack"]


@pytest.mark.parametrize(("what", "text"), [("places", "Internet gateway"), ("traffic", "tcp 6379")])
def test_each_picture(what: str, text: str) -> None:
    assert text in pictures.texts(pictures.read(draw_stack(pictures.whole(), what)))


def test_another_picture_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="what is 'all': allowed are places, traffic"):
        draw_stack({}, "all")
