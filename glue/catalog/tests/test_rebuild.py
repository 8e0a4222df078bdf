import json
import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
from conftest import PLATFORM, World
from pyiceberg.table import Table

from assay_catalog import __main__ as program
from assay_catalog import iceberg
from assay_catalog.errors import CatalogError
from assay_catalog.lake import FolderLake
from assay_catalog.rebuild import Rebuilt, iceberg_catalog, rebuild
from assay_platform import config

CURATED = PLATFORM.catalog.curated
ROWS = pa.table({"record_id": ["1", "2"], "program_year": pa.array([2023, 2023], pa.int32())})


def rebuilt(world: World, **named: str) -> Rebuilt:
    return rebuild(world.registry, CURATED, world.here, named)


def commit(world: World, name: str, times: int = 1) -> Table:
    """Commits to a curated table, created if missing, with a third-party Iceberg writer."""
    world.registry.glue.database(CURATED.database, f"{world.here.lake}/curated")
    catalog = iceberg_catalog(world.here, world.registry.glue.client)
    place = f"{world.here.lake}/curated/{name}"
    table = catalog.create_table_if_not_exists(f"{CURATED.database}.{name}", ROWS.schema, place)
    for _ in range(times):
        table.append(ROWS, snapshot_properties={"assay.inputs": "[]"})
    return table


def full(world: World) -> None:
    """Two years, a restatement, a run that replaced another, one that was refused, one that rejected nothing, and two
    Iceberg tables, each registered in turn.
    """
    for year, publication, seed, defects in (
        (2022, "2024-06-28", 1, "2%"),
        (2023, "2024-06-28", 1, "2%"),
        (2023, "2025-01-30", 2, "0"),
        (2022, "2024-06-28", 3, "2%"),
        (2022, "2023-06-30", 4, "2%"),
    ):
        world.registry.register(world.publish(year, publication, seed=seed, defects=defects))
    refused = json.loads(world.judge(2022, "2025-01-30", seed=1, rows=2000, defects="90%", code=1))
    world.registry.register_audit(refused["report"])
    commit(world, "payments_fact", times=2)
    commit(world, "companies_dim")


def test_a_lost_catalog_comes_back_the_same(world: World) -> None:
    full(world)
    before = world.content()
    assert "2022/2023-06-30" in before
    world.lose_the_catalog()
    assert world.content() != before
    done = rebuilt(world)
    assert (done.manifests, done.audits, sorted(done.iceberg)) == (4, 5, ["companies_dim", "payments_fact"])
    assert world.content() == before
    catalog = iceberg_catalog(world.here, world.registry.glue.client)
    assert catalog.load_table(f"{CURATED.database}.payments_fact").scan().to_arrow().num_rows == 4


def test_the_second_time_changes_nothing(world: World) -> None:
    full(world)
    before = world.content()
    assert rebuilt(world) == Rebuilt(manifests=4, audits=5)
    assert world.content() == before


def test_what_the_bucket_does_not_commit_goes(world: World) -> None:
    key = world.publish(2023, "2024-06-28")
    world.registry.register(key)
    before = world.content()
    glue, staging = world.registry.glue, PLATFORM.catalog.staging
    storage = glue.find_table(staging.database, "validated_general")["StorageDescriptor"]
    glue.partition(staging.database, "validated_general", ["1999", "2000-01-01"], storage)
    glue.partition(staging.database, "validated_general", ["2023", "2024-06-28"], storage)
    assert world.content() != before
    assert rebuilt(world).removed == ["validated_general/1999/2000-01-01"]
    assert world.content() == before


def test_a_pointer_that_is_there_stays(world: World) -> None:
    """The newest file in the bucket may be a commit that lost a race."""
    table = commit(world, "payments_fact")
    live = table.metadata_location
    orphan = live.replace("00001-", "00002-")
    lake = world.registry.lake
    text = json.loads(lake.read(live.removeprefix(lake.root + "/")))
    with table.io.new_output(orphan).create() as file:
        file.write(json.dumps(text | {"last-updated-ms": text["last-updated-ms"] + 1}).encode())
    assert rebuilt(world).left == {"payments_fact": live}
    assert rebuilt(world, payments_fact=live).left == {}
    world.lose_the_catalog()
    assert rebuilt(world, payments_fact=live).iceberg == {"payments_fact": Path(live).name}


def test_a_lake_that_was_copied_is_registered_where_it_is(world: World) -> None:
    if urlsplit(world.here.lake).scheme != "file":
        pytest.skip("a folder is copied faster")
    world.registry.register(world.publish(2023, "2024-06-28"))
    copy = replace(world.here, lake=world.here.lake + "-copy")
    shutil.copytree(urlsplit(world.here.lake).path, urlsplit(copy.lake).path)
    shutil.rmtree(urlsplit(world.here.lake).path)
    world.lose_the_catalog()
    assert rebuilt(replace(world, here=copy)).manifests == 1
    table = world.registry.glue.partitions(PLATFORM.catalog.staging.database, "validated_general")
    assert [one["StorageDescriptor"]["Location"].startswith(copy.lake + "/") for one in table] == [True]


def test_a_table_that_is_not_ours_is_left_and_named(world: World) -> None:
    commit(world, "experiment")
    world.lose_the_catalog()
    assert rebuilt(world).not_known == ["experiment"]
    with pytest.raises(CatalogError, match="`experiment` is not a curated table"):
        rebuilt(world, experiment="s3://x")


def metadata(folder: Path, name: str, table: str, updated: int, refs: str = "a") -> None:
    place = folder / "curated" / "t" / "metadata"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(json.dumps({"table-uuid": table, "last-updated-ms": updated, "refs": refs}))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([("00000-x.metadata.json", "1", 5), ("00001-x.metadata.json", "1", 6)], "00001-x.metadata.json"),
        ([("00009-x.metadata.json", "1", 6), ("00010-a.metadata.json", "1", 6)], "00010-a.metadata.json"),
        ([("99999-x.metadata.json", "1", 5), ("100000-a.metadata.json", "1", 6)], "100000-a.metadata.json"),
        ([("v9.metadata.json", "1", 5), ("v10.metadata.json", "1", 6)], "v10.metadata.json"),
        # Dropped and recreated at the same location: the numbers start again.
        ([("00007-x.metadata.json", "1", 5), ("00000-y.metadata.json", "2", 9)], "00000-y.metadata.json"),
        # Raced, but readers see the same.
        ([("00001-x.metadata.json", "1", 5), ("00001-y.metadata.json", "1", 6)], "00001-y.metadata.json"),
        # A clock that was set back does not matter.
        ([("00000-x.metadata.json", "1", 9), ("00001-x.metadata.json", "1", 6)], "00001-x.metadata.json"),
    ],
)
def test_the_newest_metadata_file(tmp_path: Path, files: list[tuple[str, str, int]], expected: str) -> None:
    for name, table, updated in files:
        metadata(tmp_path, name, table, updated)
    lake = FolderLake(tmp_path)
    assert iceberg.newest(lake, iceberg.find(lake, "curated")["t"]).endswith("/" + expected)


def test_a_race_is_not_guessed_at(tmp_path: Path) -> None:
    metadata(tmp_path, "00001-x.metadata.json", "1", 5, "a")
    metadata(tmp_path, "00001-y.metadata.json", "1", 6, "b")
    lake = FolderLake(tmp_path)
    with pytest.raises(CatalogError, match=r"two commits raced(.|\n)*00001-x(.|\n)*00001-y(.|\n)*--metadata"):
        iceberg.newest(lake, iceberg.find(lake, "curated")["t"])
    metadata(tmp_path, "00002-z.metadata.json", "1", 7, "c")
    assert iceberg.newest(lake, iceberg.find(lake, "curated")["t"]).endswith("00002-z.metadata.json")


def test_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for service, address in world.here.endpoints.items():
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service.upper()}", address)
    monkeypatch.setattr(config, "environment", lambda *_: replace(world.here, lake="s3://none"))
    newer, older = world.publish(2023, "2025-01-30"), world.publish(2023, "2024-06-28")

    def called(code: int, *arguments: str) -> str:
        assert program.main(["--lake", world.here.lake, *arguments]) == code
        return capsys.readouterr().out

    assert json.loads(called(0, "register", newer))["newest"] is True
    assert json.loads(called(1, "register", older))["superseded_by"] == "2025-01-30"
    before = called(0, "show")
    assert json.loads(called(0, "rebuild-catalog"))["manifests"] == 2
    assert called(0, "show") == before
    assert "is not there" in json.loads(called(2, "register", "x/_commit/manifest.json"))["reason"]
    called(2, "rebuild-catalog", "--metadata", "payments_fact")
