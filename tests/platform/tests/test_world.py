"""A run uses the file's names, and its own addresses."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from one_machine.tools import Tools
from one_machine.world import World

ROOT = Path(__file__).resolve().parents[3]


def tools(root: Path) -> Tools:
    """Programs that are not started here."""
    paths: dict[str, Any] = {one.name: root for one in dataclasses.fields(Tools)}
    return Tools(**{**paths, "jars": (), "versitygw": None, "trino": None})


def test_names_that_are_changed_in_the_file_are_changed_in_the_run(tmp_path: Path) -> None:
    names = json.loads((ROOT / "terraform" / "platform.json").read_text())
    names["lake"]["raw"] = "arrived"
    names["warehouse"]["database"] = "another"
    names["environments"]["local"]["lake"] = "s3://pond"
    (tmp_path / "terraform").mkdir()
    (tmp_path / "terraform" / "platform.json").write_text(json.dumps(names))
    world = World.make(tools(tmp_path), tmp_path / "run")
    assert (world.bucket, world.raw) == ("pond", "s3://pond/arrived")
    assert world.warehouse == world.here.warehouse.setting("dsn") == world.database("another")
    assert world.here.endpoint("s3") == world.url("s3")
