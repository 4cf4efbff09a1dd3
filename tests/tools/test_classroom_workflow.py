"""The workflow for GitHub Classroom: its own lines grade a push, and put the feedback on the page of the run."""

import os
import subprocess
from pathlib import Path

import points_table
import pytest
import yaml
from _made_up_class import CLASS, hand_in

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / "notebooks" / "exercises" / "classroom.yml").read_text("utf-8"))
STEPS = {step.get("name"): step for step in WORKFLOW["jobs"]["grade"]["steps"]}


def test_it_runs_on_a_push_and_may_only_read():
    assert "push" in WORKFLOW[True]  # YAML takes `on` for a truth value
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "course[lessons]" in STEPS["Install the course"]["run"]


@pytest.mark.slow
def test_its_lines_grade_a_push(tmp_path):
    hand_in(tmp_path / "handed-in", {"octocat": CLASS["ben"]})
    (tmp_path / "handed-in" / "octocat" / "README.md").write_text("My homework")
    (tmp_path / "course").symlink_to(ROOT)
    environment = os.environ | WORKFLOW["env"] | {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    for name in ("Grade", "Show the feedback"):
        subprocess.run(["bash", "-e", "-c", STEPS[name]["run"]], cwd=tmp_path, env=environment, check=True)
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert "| 04a_psnr | 2 | 4 |" in summary and "which one bad image drowns the others" in summary


def test_no_text_ends_the_block_that_it_stands_in(tmp_path):
    table = points_table.Table(tmp_path / "points.csv", {("ann", "04a_psnr"): "1"})
    table.add("ann", "04a_psnr", points_table.Grade(0.0, "```\n# Ten points"), 4)
    assert points_table.markdown(tmp_path / "points.csv").count("```") == 2
