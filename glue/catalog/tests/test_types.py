"""Columns of the Hive tables match the host's output and the rules' declarations."""

import json
import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import PLATFORM, ROOT, World

from assay_catalog import hive
from assay_catalog.errors import CatalogError
from assay_catalog.lake import FolderLake
from assay_catalog.manifest import read

DECLARED = {"text": "string", "integer": "bigint", "date": "date"}
ADDED = {"_record": "bigint", "_line": "bigint", "_offset": "bigint"}


def declared(kind: str) -> dict[str, str]:
    """The columns of `schema.toml`, as in a Hive table."""
    schema = tomllib.loads((ROOT / "rules" / PLATFORM.dataset / kind / "schema.toml").read_text())
    types = {}
    for column in schema["columns"]:
        if column.get("type") == "decimal":
            types[column["name"].lower()] = f"decimal({column['precision']},{column['scale']})"
        else:
            types[column["name"].lower()] = DECLARED[column.get("type", "text")]
    return types | ADDED


@pytest.mark.parametrize("kind", PLATFORM.kinds)
def test_columns_are_those_of_the_schema_in_its_order(world: World, kind: str) -> None:
    world.registry.register(world.publish(2023, "2024-06-28"))
    staging = PLATFORM.catalog.staging
    table = world.registry.glue.find_table(staging.database, staging.validated_table(kind))
    columns = [(one["Name"], one["Type"]) for one in table["StorageDescriptor"]["Columns"]]
    assert columns == list(declared(kind).items())
    keys = {one["Name"] for one in table["PartitionKeys"]}
    assert not keys & declared(kind).keys(), "Athena refuses a key with the name of a column"


def test_the_table_of_rejects_has_what_its_files_have(world: World) -> None:
    committed = read(world.registry.lake, world.publish(2023, "2024-06-28", rows=3000))
    assert committed.rejected is not None
    files = [key for key in world.registry.lake.keys(committed.rejected) if key.endswith(".parquet")]
    assert {Path(file).name.partition("-")[0] for file in files} == {"quarantine", "findings", "repairs"}
    found: dict[str, str] = {}
    for file in files:
        for name, type_ in hive.columns_of(world.registry.lake, file).items():
            assert found.setdefault(name, type_) == type_, f"`{name}` has two types, and one table"
    assert found == hive.REJECTED


def test_the_audit_table_has_fields_of_the_report(world: World) -> None:
    committed = read(world.registry.lake, world.publish(2023, "2024-06-28", rows=3000))
    report = json.loads(world.registry.lake.read(committed.audit))
    assert not hive.AUDIT.keys() - report.keys()
    for name, inner in (("records", report["records"]), ("source", report["source"])):
        fields = [one.partition(":")[0] for one in hive.AUDIT[name][len("struct<") : -1].split(",")]
        assert not set(fields) - inner.keys()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (pa.string(), "string"),
        (pa.decimal128(14, 2), "decimal(14,2)"),
        (pa.date32(), "date"),
        (pa.list_(pa.struct([("a", pa.int64()), ("b", pa.bool_())])), "array<struct<a:bigint,b:boolean>>"),
    ],
)
def test_types(given: pa.DataType, expected: str) -> None:
    assert hive.type_of(given) == expected


def test_a_type_that_is_not_known_is_told() -> None:
    with pytest.raises(CatalogError, match="no Hive type corresponds to the Parquet type `time64"):
        hive.type_of(pa.time64("ns"))


def test_footers_of_any_length_are_read(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    wide = pa.table({f"Column_with_a_long_name_{index}": [index] for index in range(3000)})
    pq.write_table(wide, tmp_path / "wide.parquet", row_group_size=1)
    assert (tmp_path / "wide.parquet").stat().st_size > 2 * 256 * 1024
    assert list(hive.columns_of(lake, "wide.parquet")) == [name.lower() for name in wide.column_names]
    for text in (b"", b"PAR1", b"not parquet at all", b"\0" * 20 + (9).to_bytes(4, "little") + b"PAR1"):
        (tmp_path / "bad.parquet").write_bytes(text)
        with pytest.raises(CatalogError, match=r"bad\.parquet"):
            hive.columns_of(lake, "bad.parquet")


def changed(world: World, **columns: str) -> str:
    """The table after files with different columns are registered."""
    glue, staging = world.registry.glue, PLATFORM.catalog.staging
    keys = ["year", "publication"]
    storage = hive.parquet_at("s3://lake/x", columns)
    glue.table(staging.database, hive.table("t", keys, storage, "parquet"))
    return ",".join(one["Name"] for one in glue.find_table(staging.database, "t")["StorageDescriptor"]["Columns"])


def test_columns_are_appended_and_keep_their_place_and_type(world: World) -> None:
    world.registry.prepare()
    assert changed(world, a="string", b="bigint") == "a,b"
    assert changed(world, c="date", a="string", b="bigint") == "a,b,c"
    assert changed(world, a="string") == "a,b,c"
    with pytest.raises(CatalogError, match="column `b` of table `t` is `bigint`; the files have `string`"):
        changed(world, b="string")
