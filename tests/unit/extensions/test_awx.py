"""The data for AWX agrees with the playbooks, their tags, the roles' variables and the inventories."""

from __future__ import annotations

import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from variables import ROOT, TIERS, read_specs, read_yaml

AWX = ROOT / "extensions" / "awx"
CONFIGURATION = {path.stem: read_yaml(path) for path in (AWX / "configuration").iterdir()}
TEMPLATES: list[dict[str, Any]] = CONFIGURATION["job_templates"]["awx_job_templates"]
WORKFLOW: dict[str, Any] = CONFIGURATION["workflow"]["awx_workflow"]
NAMES = [template["name"] for template in TEMPLATES]
IMPORT = "ansible.builtin.import_tasks"
each = pytest.mark.parametrize("template", [pytest.param(template, id=template["name"]) for template in TEMPLATES])


def tags_of(playbook: str) -> set[str]:
    """The tags of a playbook's tasks, with those of the playbook or the files of tasks that it imports."""
    (play,) = read_yaml(ROOT / playbook)
    if "ansible.builtin.import_playbook" in play:
        return tags_of(f"playbooks/{play['ansible.builtin.import_playbook']}")
    imported = [read_yaml(ROOT / "playbooks" / task[IMPORT]) for task in play["tasks"] if IMPORT in task]
    return set(chain.from_iterable(task.get("tags", []) for task in chain(play["tasks"], *imported)))


def options_of_the_roles() -> dict[str, dict[str, Any]]:
    """Every variable of the tiers and of the role stack."""
    entries = chain.from_iterable(read_specs(role).values() for role in (*TIERS, "stack"))
    return {name: option for options in entries for name, option in options.items()}


@each
def test_a_template_runs_a_playbook_of_the_project(template: dict[str, Any]) -> None:
    assert (ROOT / template["playbook"]).is_file()
    assert template["name"].startswith("Sensor stack - ") and template["description"]


@each
def test_a_templates_tags_are_tags_of_its_playbook(template: dict[str, Any]) -> None:
    tags = tags_of(template["playbook"])

    assert set(filter(None, template.get("job_tags", "").split(","))) <= tags
    assert not template.get("ask_tags") or set(TIERS) <= tags


@each
def test_a_survey_asks_for_variables_of_the_roles_as_they_take_them(template: dict[str, Any]) -> None:
    options = options_of_the_roles()

    for question in template.get("survey", []):
        option = options[question["variable"]]
        assert question["type"] == ("multiplechoice" if "choices" in option else "text")
        assert question.get("choices") == option.get("choices") and question["default"] == option["default"]
        assert question["question_name"] and question["required"] is True
    assert set(template.get("extra_vars", {})) <= set(options)


def test_every_playbook_of_a_stack_has_a_template() -> None:
    playbooks = {f"playbooks/{path.name}" for path in (ROOT / "playbooks").glob("*.yml")}

    assert {template["playbook"] for template in TEMPLATES} == playbooks and len(set(NAMES)) == len(NAMES)


def test_a_destroy_wants_its_word_typed() -> None:
    (destroy,) = [template for template in TEMPLATES if template["playbook"] == "playbooks/destroy.yml"]

    (question,) = destroy["survey"]
    assert question["variable"] == "stack_destroy" and question["default"] == "" and "extra_vars" not in destroy


def test_no_two_runs_on_a_stack_at_once() -> None:
    (task,) = read_yaml(AWX / "tasks" / "job_template.yml")
    workflow = read_yaml(AWX / "tasks" / "workflow.yml")[0]

    assert task["awx.awx.job_template"]["allow_simultaneous"] is False
    assert workflow["awx.awx.workflow_job_template"]["allow_simultaneous"] is False


def test_the_workflow_plans_waits_deploys_and_verifies() -> None:
    nodes = {node["identifier"]: node for node in WORKFLOW["nodes"]}
    order, step = [], "plan"
    while step:
        order.append(step)
        step = next(iter(nodes[step].get("success", [])), "")

    assert order == ["plan", "approve", "deploy", "verify"] and set(order) == set(nodes)
    assert {node["template"] for node in nodes.values() if "template" in node} <= set(NAMES)
    assert nodes["approve"]["approval"]["name"] and "template" not in nodes["approve"]


def test_schedules_and_inventories_name_what_is_there() -> None:
    inventories = CONFIGURATION["inventories"]["awx_inventories"]
    names = {inventory["name"] for inventory in inventories}

    assert all((ROOT / inventory["source"]).is_file() for inventory in inventories)
    for schedule in CONFIGURATION["schedules"]["awx_schedules"]:
        assert schedule["template"] in NAMES and schedule["inventory"] in names
        assert schedule["rrule"].startswith("DTSTART;TZID=UTC:") and " RRULE:FREQ=" in schedule["rrule"]


def test_the_collections_to_install_are_those_the_collection_depends_on() -> None:
    wanted = read_yaml(ROOT / "collections" / "requirements.yml")["collections"]

    assert {item["name"]: item["version"] for item in wanted} == read_yaml(ROOT / "galaxy.yml")["dependencies"]
    definition = read_yaml(AWX / "execution-environment.yml")["dependencies"]
    assert all((AWX / definition[kind]).is_file() for kind in ("galaxy", "python"))


def test_ansible_builder_takes_the_execution_environment(tmp_path: Path) -> None:
    """It writes what an image is built from; there is no container engine in the tests."""
    program = str(Path(sys.executable).with_name("ansible-builder"))
    words = [
        program,
        "create",
        "-f",
        str(AWX / "execution-environment.yml"),
        "-c",
        str(tmp_path),
        "--output-filename",
        "Containerfile",
    ]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "_build/requirements.yml").read_text() == (ROOT / "collections/requirements.yml").read_text()
    assert (tmp_path / "_build/requirements.txt").read_text() == (ROOT / "requirements-functions.txt").read_text()
    assert "ansible-core>=2.19" in (tmp_path / "Containerfile").read_text()
