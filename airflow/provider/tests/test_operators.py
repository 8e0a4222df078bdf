import json
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowFailException

from assay_provider.errors import AssayPermanentError, AssayRefusedError, AssayRetryableError, raise_for
from assay_provider.hooks.assay import Settings
from assay_provider.operators.assay import AssayCheckOperator, AssayRunOperator
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
        (None, 2, AssayPermanentError, "the command line is invalid"),
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
