import importlib
from pathlib import Path
from typing import Any

import pytest

from assay_provider import get_provider_info
from assay_provider.hooks.assay import AssayHook, Settings
from assay_provider.landing.land import land
from assay_provider.places import Folder
from assay_provider.sensors.raw import AssayRawFileSensor


def test_what_the_provider_names_is_there() -> None:
    info = get_provider_info()
    for section in ("operators", "sensors", "hooks"):
        for one in info[section]:
            for module in one["python-modules"]:
                importlib.import_module(module)
    name = info["connection-types"][0]["hook-class-name"]
    module, _, kind = name.rpartition(".")
    assert getattr(importlib.import_module(module), kind) is AssayHook


def test_a_connection_says_where_the_host_is(monkeypatch: pytest.MonkeyPatch, assay: str) -> None:
    import json

    uri = {"conn_type": "assay", "extra": {"binary": assay, "env": {"ASSAY_MEMORY": "128MiB"}}}
    monkeypatch.setenv("AIRFLOW_CONN_THERE", json.dumps(uri))
    hook = AssayHook("there")
    assert hook.get_conn() == Settings(binary=assay, env={"ASSAY_MEMORY": "128MiB"})
    works, text = hook.test_connection()
    assert works, text
    assert text.startswith("assay ")
    with pytest.raises(ValueError, match="`binery`"):
        Settings.of({"binery": "x"})


@pytest.mark.parametrize(("since", "done"), [(None, True), ("2000-01-01T00:00:00Z", True), ("2999-01-01", False)])
def test_the_sensor_sees_what_landed_since(tmp_path: Path, since: str | None, done: bool) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    sensor = AssayRawFileSensor(task_id="t", raw=str(tmp_path / "raw"), year="2023", since=since)
    nothing: Any = {}
    assert not sensor.poke(nothing).is_done
    found = land(str(tmp_path / "a.csv"), Folder(tmp_path / "raw"), "2023")
    seen = sensor.poke(nothing)
    assert (seen.is_done, seen.xcom_value) == (done, [found.url] if done else [])
