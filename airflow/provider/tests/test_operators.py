import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowFailException

from assay_provider.errors import AssayPermanentError, AssayRefusedError, AssayRetryableError, raise_for
from assay_provider.hooks.assay import Settings
from assay_provider.operators.assay import AssayCheckOperator, AssayRunOperator
from assay_provider.operators.docker import AssayRunDockerOperator
from assay_provider.operators.ecs import AssayRunEcsOperator
from assay_provider.report import Report

GENERAL = "06282024"


class Event:
    extra: dict[str, Any] = {}


def context(*outlets: Asset) -> Any:
    return {"outlet_events": {one: Event() for one in outlets}}


def report(**changed: Any) -> Report:
    document = {
        "version": "assay.run/1",
        "outcome": "accepted",
        "refusal": None,
        "failure": None,
        "source": {"name": "a.csv", "location": "/x/a.csv"},
        "report": "file:///audit.json",
    }
    return Report.parse(json.dumps(document | changed))


REFUSAL = {"code": "csv.truncated", "message": "ends inside a field"}
FAILURE = {"code": "store", "message": "503", "retryable": True, "winner": None}


@pytest.mark.parametrize(
    ("given", "code", "error", "text"),
    [
        (
            report(outcome="refused", refusal=REFUSAL),
            1,
            AssayRefusedError,
            "ends inside a field\n  report: file:///audit",
        ),
        (report(outcome="failed", failure=FAILURE), 2, AssayRetryableError, "503"),
        (report(outcome="failed", failure=FAILURE | {"retryable": False}), 2, AssayPermanentError, "503"),
        (report(outcome="failed", failure=FAILURE | {"code": "interrupted"}), 143, AssayRetryableError, "interrupted"),
        (report(), 2, AssayPermanentError, "does not fit"),
        (None, 2, AssayPermanentError, "cannot be understood"),
        (None, 127, AssayPermanentError, "exit code 127"),
        (None, 0, AssayPermanentError, "no report"),
        (None, -9, AssayRetryableError, "signal 9"),
        (None, 137, AssayRetryableError, "signal 9"),
        (None, 143, AssayRetryableError, "signal 15"),
    ],
)
def test_exit_codes_become_exceptions(given: Report | None, code: int, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        raise_for(given, code)
    assert issubclass(error, AirflowFailException) == (error is not AssayRetryableError)


@pytest.mark.parametrize(
    ("given", "command"),
    [
        ({}, "assay run a.csv --format json --progress never --root lake"),
        (
            {"pack": "p.toml", "name": "b.csv", "no_replace": True, "expect_run": "r", "threads": 2, "binary": "/b"},
            "/b run a.csv --pack p.toml --name b.csv --threads 2 --format json --progress never --root lake {}".format(
                "--no-replace --expect-run r"
            ),
        ),
        ({"pack": ""}, "assay run a.csv --format json --progress never --root lake"),
    ],
)
def test_the_command(given: dict[str, Any], command: str) -> None:
    operator = AssayRunOperator(task_id="t", file="a.csv", root="lake", **given)
    assert " ".join(operator.build_command(Settings())) == command


def test_a_run_gives_ids_counts_and_links(sample: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    outlet, warned = Asset(uri="x-a://b/c", name="v"), list[Report]()
    file = sample(2023, GENERAL)
    operator = AssayRunOperator(
        task_id="t", file=str(file), root=str(tmp_path), outlets=[outlet], on_warning_callback=warned.append
    )
    here = context(outlet)
    small = operator.execute(here)
    log = "".join(capfd.readouterr())
    audit = json.loads(Path(small["audit"].removeprefix("file://")).read_text())
    assert small["records"] == {name: audit["records"][name] for name in small["records"]}
    assert small["run_id"] == audit["run_id"]
    assert small["amount"] == audit["amounts"]["Total_Amount_of_Payment_USDollars"]["validated"]
    assert len(json.dumps(small)) < 2_000
    assert here["outlet_events"][outlet].extra == small
    assert [one.outcome for one in warned] == ["accepted_with_quarantine"]
    assert f"command: assay run {file} --format json" in log
    assert "300 read" in log
    assert operator.execute(here)["already_published"]


def test_lineage_counts_are_the_audits(sample: Any, tmp_path: Path) -> None:
    operator = AssayRunOperator(task_id="t", file=str(sample(2023, GENERAL)), root=str(tmp_path))
    small = operator.execute(context())
    audit = json.loads(Path(small["audit"].removeprefix("file://")).read_text())
    found = operator.get_openlineage_facets_on_complete(None)
    assert found.inputs[0].inputFacets["dataQualityMetrics"].rowCount == audit["records"]["read"]
    counts = [one.outputFacets["outputStatistics"].rowCount for one in found.outputs]
    assert counts == [audit["records"]["validated"], audit["records"]["quarantined"]]
    told = {one.assertion: one.success for one in found.inputs[0].inputFacets["dataQualityAssertions"].assertions}
    assert told == {code: not one["failed"] for code, one in audit["rules"].items() if one["level"] != "off"}
    assert not all(told.values())


def test_a_damaged_file_is_refused_with_the_reason(sample: Any, tmp_path: Path) -> None:
    whole = sample(2023, GENERAL).read_bytes()
    cut = tmp_path / f"OP_DTL_GNRL_PGYR2023_P{GENERAL}.csv"
    cut.write_bytes(whole[: len(whole) // 2])
    operator = AssayCheckOperator(task_id="t", file=str(cut))
    with pytest.raises(AssayRefusedError, match=r"csv.truncated"):
        operator.execute(context())


def test_a_missing_file_is_not_retried(tmp_path: Path, assay: str) -> None:
    operator = AssayRunOperator(task_id="t", file=str(tmp_path / "no.csv"), root=str(tmp_path), binary=assay)
    with pytest.raises(AssayPermanentError):
        operator.execute(context())


def test_the_docker_variant_reads_the_report(sample: Any, tmp_path: Path) -> None:
    """A stand-in for docker's client: it runs the command after the image, and keeps its output to itself."""
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\nwhile [ "$1" != image ]; do shift; done\nshift\nexec "$@" > /dev/null\n')
    docker.chmod(0o755)
    place = tmp_path / "report.json"
    operator = AssayRunDockerOperator(
        task_id="t",
        file=str(sample(2023, GENERAL)),
        root=str(tmp_path / "lake"),
        image="image",
        report=str(place),
        docker=str(docker),
        env={"A": "b"},
    )
    assert operator.execute(context())["records"]["read"] == 300
    docker.write_text("#!/bin/sh\nexit 125\n")
    with pytest.raises(AssayRetryableError, match="docker"):
        operator.execute(context())


class Ecs:
    """Runs the task's command here, as ECS would."""

    def __init__(self, exit_code: int | None = None) -> None:
        self.exit_code, self.stopped = exit_code, list[str]()

    def run_task(self, **given: Any) -> dict[str, Any]:
        override = given["overrides"]["containerOverrides"][0]
        done = subprocess.run(["assay", *override["command"]], capture_output=True, check=False)
        self.exit_code = done.returncode if self.exit_code is None else None
        return {"tasks": [{"taskArn": "arn:task"}]}

    def describe_tasks(self, **_: Any) -> dict[str, Any]:
        container = {"name": "assay"} | ({} if self.exit_code is None else {"exitCode": self.exit_code})
        return {"tasks": [{"lastStatus": "STOPPED", "stoppedReason": "Spot", "containers": [container]}]}

    def stop_task(self, **given: Any) -> None:
        self.stopped.append(given["task"])


def test_the_ecs_variant_reads_the_report(sample: Any, tmp_path: Path) -> None:
    def operator(client: Ecs) -> AssayRunEcsOperator:
        return AssayRunEcsOperator(
            task_id="t",
            file=str(sample(2023, GENERAL)),
            root=str(tmp_path / "lake"),
            report=str(tmp_path / "report.json"),
            cluster="c",
            task_definition="d",
            container="assay",
            client=client,
        )

    there = operator(client := Ecs())
    assert there.execute(context())["records"]["read"] == 300
    there.on_kill()
    assert client.stopped == ["arn:task"]
    with pytest.raises(AssayRetryableError, match="Spot"):
        operator(Ecs(exit_code=1)).execute(context())


TASK = """
import os, signal, sys
from assay_provider.process import Child
os.setpgid(0, 0)
child = Child(print)
signal.signal(signal.SIGTERM, lambda *_: child.end())
print("ended", child.run(sys.argv[1:])[0], flush=True)
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("number", "group"),
    [(signal.SIGKILL, False), (signal.SIGTERM, False), (signal.SIGKILL, True), (signal.SIGTERM, True)],
)
def test_the_end_of_a_task_leaves_no_assay(assay: str, tmp_path: Path, number: int, group: bool) -> None:
    """The host waits for standard input of a pipe that never ends; then task, or its group, is killed."""
    pipe = tmp_path / f"OP_DTL_GNRL_PGYR2023_P{GENERAL}.csv"
    os.mkfifo(pipe)
    command = [sys.executable, "-c", TASK, assay, "check", str(pipe), "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as task:
        children = Path(f"/proc/{task.pid}/task/{task.pid}/children")
        deadline = time.monotonic() + 30
        while not (found := children.read_text().split()) or "assay" not in Path(f"/proc/{found[0]}/comm").read_text():
            assert time.monotonic() < deadline, "assay did not start"
            time.sleep(0.05)
        host = int(found[0])
        assert os.getpgid(host) == task.pid, "the host is in the task's process group"
        if group:
            os.killpg(task.pid, number)
        else:
            task.send_signal(number)
        while alive(host) or task.poll() is None:
            assert time.monotonic() < deadline, "assay outlived its task"
            time.sleep(0.05)
