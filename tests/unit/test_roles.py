"""The roles' argument specs, defaults and files agree."""

from __future__ import annotations

import re
from typing import Any

import pytest
from variables import ROLES, TIERS, is_template, read_defaults, read_specs, read_vars, read_yaml

ALL = sorted(path.name for path in ROLES.iterdir())
OPTIONS = [
    pytest.param(role, entry, name, option, id=f"{role}-{entry}-{name}")
    for role in ALL
    for entry, options in read_specs(role).items()
    for name, option in options.items()
]
# What the playbooks, other tiers or the rules read.
USED_ELSEWHERE = {"api_show_key", "cache_clients_speak_cluster_mode", "secrets_rotation_schedule"}
# What all roles share, given by the inventory and read by every tier.
SHARED = {"stack_name", "stack_environment", "stack_region", "stack_tags", "stack_allow_replacement"}


@pytest.mark.parametrize(("role", "entry", "name", "option"), OPTIONS)
def test_an_option_has_type_and_description(role: str, entry: str, name: str, option: dict[str, Any]) -> None:
    assert option.get("type") and option.get("description")
    assert option["type"] != "list" or option.get("elements")
    assert name.startswith(f"{role}_") or name in SHARED


@pytest.mark.parametrize(("role", "entry", "name", "option"), OPTIONS)
def test_an_options_default_is_that_of_the_role(role: str, entry: str, name: str, option: dict[str, Any]) -> None:
    """A default that is a template may be left out of the spec, which cannot always resolve it."""
    defaults = read_defaults(role)
    if name in SHARED:
        assert name not in defaults and (option.get("required") or option["default"] in ({}, ""))
    elif is_template(defaults[name]):
        assert option.get("default") in (None, defaults[name])
    else:
        assert option["default"] == defaults[name]


@pytest.mark.parametrize("role", ALL)
def test_specs_and_defaults_have_the_same_variables(role: str) -> None:
    in_specs = {name for options in read_specs(role).values() for name in options}

    assert in_specs - SHARED == set(read_defaults(role))


@pytest.mark.parametrize("role", ALL)
def test_internal_variables_carry_two_underscores(role: str) -> None:
    internals = read_vars(role)

    assert internals and all(name.startswith(f"__{role}_") for name in internals)


@pytest.mark.parametrize("role", ALL)
def test_each_entry_point_has_tasks_and_the_role_a_readme(role: str) -> None:
    tasks = {path.stem for path in (ROLES / role / "tasks").iterdir()}

    assert set(read_specs(role)) <= tasks
    assert role not in TIERS or set(read_specs(role)) - {"complete", "pause", "redrive", "rotate", "usage"} == {
        "main",
        "facts",
        "absent",
    }
    assert (ROLES / role / "README.md").is_file()


@pytest.mark.parametrize("tier", TIERS)
def test_facts_and_absent_ask_for_nothing_that_main_does_not_know(tier: str) -> None:
    specs = read_specs(tier)

    for entry in ("facts", "absent"):
        for name, option in specs[entry].items():
            main = specs["main"][name]
            assert {**option, "description": ""} == {**main, "description": ""}


@pytest.mark.parametrize("role", ALL)
def test_a_role_says_what_it_is_to_galaxy(role: str) -> None:
    info = read_yaml(ROLES / role / "meta" / "main.yml")["galaxy_info"]

    assert info["description"] and info["license"] == "GPL-3.0-or-later"


@pytest.mark.parametrize("role", ALL)
def test_a_role_uses_and_tells_of_each_of_its_variables(role: str) -> None:
    folders = [ROLES / role / folder for folder in ("tasks", "vars", "templates", "defaults")]
    texts = [path.read_text() for folder in folders for path in folder.rglob("*") if path.is_file()]
    readme = (ROLES / role / "README.md").read_text()

    for name in read_defaults(role):
        # Besides the line that gives it its value.
        assert sum(len(re.findall(rf"\b{name}\b", text)) for text in texts) > 1 or name in USED_ELSEWHERE, name
        assert f"`{name}`" in readme, name
