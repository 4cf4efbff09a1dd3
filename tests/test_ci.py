"""The public continuous integration: it does what .ci/run does, on the Pythons that the package promises, every week."""

import tomllib
from pathlib import Path

import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))


def test_the_workflow_does_what_ci_run_does():
    (job,) = WORKFLOW["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111, ".ci/run is not a program"
    assert job["runs-on"].startswith("ubuntu") and job["timeout-minutes"] <= 60


def test_the_workflow_runs_on_the_oldest_and_the_newest_python():
    (job,) = WORKFLOW["jobs"].values()
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    promised = [f"3.{minor}" for minor in range(30) if SpecifierSet(told).contains(f"3.{minor}")]
    assert job["strategy"]["matrix"]["python"] == [promised[0], promised[-1]]


def test_the_workflow_runs_every_week_against_the_newest_releases():
    triggers = WORKFLOW.get("on", WORKFLOW.get(True))  # YAML 1.1 reads `on` as true
    assert {"push", "pull_request", "schedule"} <= triggers.keys()
    assert (
        triggers["schedule"][0]["cron"].split()[2:4] == ["*", "*"] and triggers["schedule"][0]["cron"].split()[4] != "*"
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    everything = [*project["dependencies"], *sum(project["optional-dependencies"].values(), [])]
    assert not [text for text in everything if "==" in text.split(";")[0]]  # so that a new environment holds the newest
