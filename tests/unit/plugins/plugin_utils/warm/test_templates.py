"""The templates of a run: compiled by one worker, known to those that are forked later, and as Ansible would have compiled them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import Any

import jinja2
import pytest
from ansible._internal._templating import _jinja_bits as jinja
from ansible._internal._templating._engine import TemplateEngine, TemplateOptions
from ansible.template import Templar, trust_as_template

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.templates import Templates, is_supported, key_of


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What Ansible has compiled itself."""
    seen: list[Any] = []
    compile_template = jinja.AnsibleEnvironment.compile

    def compile_and_note(self: Any, source: Any, *args: Any, **options: Any) -> Any:
        seen.append(source)
        return compile_template(self, source, *args, **options)

    monkeypatch.setattr(jinja.AnsibleEnvironment, "compile", compile_and_note)
    return seen


@pytest.fixture
def templates(compiled: list[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Templates]:
    """Templates that Ansible uses until the test ends."""
    assert is_supported()
    monkeypatch.setattr(jinja.AnsibleEnvironment, "compile", jinja.AnsibleEnvironment.compile)  # to be put back
    templates = Templates()
    templates.install()
    yield templates
    os.close(templates._file)


def render(template: str, **variables: Any) -> Any:
    """The value of a template, as a task gets it: with a templar of its own."""
    return Templar(variables=variables).template(trust_as_template(template))


def render_in_a_worker(template: str, **variables: Any) -> None:
    """Render in a process that is forked from this one, as Ansible's workers are."""
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of pytest's own threads
        process = os.fork()
    if not process:
        try:
            render(template, **variables)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(process, 0)[1] == 0


@pytest.mark.usefixtures("templates")
def test_a_template_is_compiled_once(compiled: list[Any]) -> None:
    values = [render("{{ name | upper }}-{{ name }}", name=name) for name in ("a", "b")]
    assert values == ["A-a", "B-b"]
    assert compiled == ["{{ name | upper }}-{{ name }}"]


def test_what_a_worker_has_compiled_is_known_to_the_next(templates: Templates, compiled: list[Any]) -> None:
    for template in ("{{ one + 1 }}", "{{ one + 2 }}"):
        render_in_a_worker(template, one=1)
    templates.learn()
    assert [render(template, one=1) for template in ("{{ one + 1 }}", "{{ one + 2 }}")] == [2, 3]
    assert compiled == []


def test_a_record_that_is_still_being_written_waits(templates: Templates, compiled: list[Any]) -> None:
    render_in_a_worker("{{ one + 1 }}", one=1)
    whole = os.fstat(templates._file).st_size
    record = os.pread(templates._file, whole, 0)
    os.ftruncate(templates._file, whole - 1)
    templates.learn()
    os.write(templates._file, record[-1:])
    templates.learn()
    assert render("{{ one + 1 }}", one=1) == 2
    assert compiled == []


@pytest.mark.usefixtures("templates")
def test_conditions_are_compiled_once(compiled: list[Any]) -> None:
    for one in (1, 2):
        assert Templar(variables={"one": one}).evaluate_conditional(trust_as_template("one == 1")) == (one == 1)
    assert len(compiled) == 1
    assert Templar(variables={"one": 2}).evaluate_conditional(trust_as_template("one == 2"))


@pytest.mark.usefixtures("templates")
def test_other_settings_are_another_template(compiled: list[Any]) -> None:
    templar = Templar(variables={"name": "a"})
    header = "#jinja2: variable_start_string:'[[', variable_end_string:']]'\n"
    assert templar.template(trust_as_template("{{ name }}[[ name ]]")) == "a[[ name ]]"
    assert templar.template(trust_as_template(header + "{{ name }}[[ name ]]")) == "{{ name }}a"
    assert len(compiled) == 2


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize(("escape", "expected"), [(True, "a\\nb"), (False, "a\nb")])
def test_backslashes_are_as_the_place_of_the_template_wants_them(escape: bool, expected: str) -> None:
    for options in (TemplateOptions(escape_backslashes=not escape), TemplateOptions(escape_backslashes=escape)):
        value = TemplateEngine(variables={}).template(trust_as_template(r"{{ 'a\nb' }}"), options=options)
    assert value == expected


@pytest.mark.usefixtures("templates")
def test_what_changes_with_each_use_does(compiled: list[Any]) -> None:
    assert len({render("{{ 10 ** 9 | random }}{{ 1000000000 | random }}") for _ in range(4)}) == 4
    assert len(compiled) == 1


@pytest.mark.usefixtures("templates")
def test_an_error_is_an_error_each_time() -> None:
    for _time in range(2):
        with pytest.raises(Exception, match="Syntax error in template"):
            render("{{ name | }}")


def test_templates_of_others_are_left_alone() -> None:
    assert key_of(jinja2.Environment(optimized=False), "{{ name }}") is None
