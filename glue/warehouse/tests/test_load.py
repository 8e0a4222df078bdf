import json
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import DATABASE, World

from assay_warehouse.errors import OlderPublication, TryAgain, WarehouseError
from assay_warehouse.load import Loader
from assay_warehouse.snapshot import File, Published
from assay_warehouse.verify import verify


def test_a_year_is_loaded_and_verified(world: World) -> None:
    world.publish(2022, "2024-06-28")
    world.publish(2023, "2024-06-28", seed=2)
    done = world.load(2023)
    (audit,) = world.tables.held["general", 2023].audit()
    assert (done.outcome, done.rows, done.amount) == ("loaded", 60, str(audit["amount_validated"]))
    assert sorted(done.dimensions) == ["companies_dim", "physicians_dim", "teaching_hospitals_dim"]
    assert world.one("select count(*), sum(amount) from payments_fact") == (60, audit["amount_validated"])
    found = verify(world.warehouse, "general", 2023, rows=60, amount=audit["amount_validated"])
    assert (found.differences, found.publication) == ([], "2024-06-28")
    row = world.one("select load_id, program_year, fact_rows, fact_amount, product_rows from load_audit")
    assert row == (done.load_id, 2023, 60, audit["amount_validated"], found.products)


def test_every_value_arrives_as_it_is(world: World) -> None:
    world.publish(2023, "2024-06-28")
    world.load(2023)
    names, rows = world.warehouse.query("select * from payments_fact order by source_record")
    found = [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows]
    wanted = [
        {name: value for name, value in one.items() if value is not None}
        for one in world.tables.held["general", 2023].payments()
    ]
    assert found == wanted


def test_any_order_and_any_repetition_give_equal_tables(world: World) -> None:
    for year in (2021, 2022, 2023):
        world.publish(year, "2024-06-28", seed=year)
    for year in (2021, 2022, 2023):
        world.load(year)
    before = world.content()
    assert [world.load(year).outcome for year in (2023, 2021, 2022)] == ["unchanged"] * 3
    for year in (2023, 2021, 2023, 2022):
        assert world.load(year, again=True).outcome == "loaded"
    assert world.content() == before
    assert world.one("select count(*) from load_audit") == (7,)


def test_a_restated_year_takes_the_place_of_the_one_before_and_of_nothing_else(world: World) -> None:
    world.publish(2022, "2024-06-28")
    world.publish(2023, "2024-06-28")
    world.load(2022)
    world.load(2023)
    world.publish(2023, "2025-01-30", seed=2, rows=41)
    world.load(2023)
    counts = world.warehouse.query("select program_year, count(*) from payments_fact group by 1 order by 1")[1]
    assert counts == [(2022, 60), (2023, 41)]
    assert verify(world.warehouse, "general", 2023, rows=41).differences == []
    replaced = world.one("select max(replaced_publication) from load_audit where publication = '2025-01-30'")
    assert str(replaced[0]) == "2024-06-28"


def test_an_older_publication_is_refused_in_words_and_changes_nothing(world: World) -> None:
    world.publish(2023, "2025-01-30")
    world.load(2023)
    before = world.content()
    world.publish(2023, "2024-06-28", seed=2)
    with pytest.raises(OlderPublication, match="2024-06-28 of general 2023 is older than 2025-01-30, which is loaded"):
        world.load(2023, again=True)
    assert world.content() == before


def test_the_transaction_itself_refuses_what_became_older_meanwhile(world: World, monkeypatch: Any) -> None:
    world.publish(2023, "2025-01-30")
    world.load(2023)
    before = world.content()
    world.publish(2023, "2024-06-28", seed=2)
    monkeypatch.setattr(Loader, "_refuse_older", lambda *_: None)
    with pytest.raises(OlderPublication, match="refused: loaded is publication 2025-01-30, which is newer"):
        world.load(2023)
    assert world.content() == before


def test_an_older_snapshot_is_refused(world: World) -> None:
    world.publish(2023, "2024-06-28")
    old = world.loader()
    world.publish(2023, "2024-06-28", seed=2)
    world.load(2023)
    with pytest.raises(OlderPublication, match="a newer snapshot of general 2023 is loaded"):
        old.load("general", 2023)


def test_dimensions_are_not_moved_back(world: World) -> None:
    world.publish(2022, "2024-06-28", rows=1)
    old = world.loader()
    world.publish(2023, "2024-06-28", seed=2)
    world.load(2023)
    people = world.one("select count(*) from physicians_dim")
    assert old.load("general", 2022).dimensions == []
    assert world.one("select count(*) from physicians_dim") == people


@pytest.mark.parametrize("change", ["a cent", "a row", "an id twice", "another run", "a product of no payment"])
def test_what_differs_from_the_audit_is_not_committed(world: World, change: str) -> None:
    world.publish(2023, "2024-06-28")
    world.load(2023)
    before = world.content()
    world.publish(2023, "2025-01-30", seed=2)
    year = world.tables.held["general", 2023]
    payments, products = year.payments(), year.products()
    match change:
        case "a cent":
            payments[7]["amount"] += Decimal("0.01")
        case "a row":
            payments.pop()
        case "an id twice":
            payments[7]["record_id"] = payments[8]["record_id"]
        case "another run":
            payments[7]["run_id"] = "another"
        case _:
            products[7]["record_id"] = "0"
    world.tables.write("payments_fact", payments, year)
    world.tables.write("payment_products", products, year)
    with pytest.raises(WarehouseError, match=r"differs: there are \d+|files of general 2023 have 59 rows") as told:
        world.load(2023)
    assert not isinstance(told.value, OlderPublication | TryAgain)
    assert world.content() == before


def test_two_at_a_time_end_as_one_after_the_other(world: World) -> None:
    world.publish(2023, "2024-06-28")
    ended: list[str] = []

    def one() -> None:
        try:
            ended.append(world.load(2023, again=True).outcome)
        except TryAgain:
            ended.append("again")

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 4
    assert "loaded" in ended
    assert verify(world.warehouse, "general", 2023, rows=60).differences == []
    assert world.one("select count(*) from load_audit") == (ended.count("loaded"),)
    assert world.load(2023).outcome == "unchanged"


def test_copy_gets_a_minimal_manifest_of_the_snapshot(world: World) -> None:
    world.publish(2022, "2024-06-28")
    world.publish(2023, "2024-06-28", seed=2)
    done = world.load(2023)
    folder = Path(world.here.lake.removeprefix("file://"), "metadata", "copy_manifests", str(done.load_id))
    manifest = json.loads((folder / "payments_fact.json").read_text())
    assert list(manifest) == ["entries"]
    (entry,) = manifest["entries"]
    assert set(entry) == {"url", "mandatory", "meta"}
    assert "program_year=2023" in entry["url"]
    size = Path(entry["url"].removeprefix("file://")).stat().st_size
    assert (entry["mandatory"], entry["meta"]) == (True, {"content_length": size})


def test_tables_of_different_inputs_are_not_loaded(world: World) -> None:
    world.publish(2023, "2024-06-28")
    world.tables.held.clear()
    world.tables.write("companies_dim", [])
    with pytest.raises(TryAgain, match="from different inputs, so a job is publishing"):
        world.load(2023)


def test_a_snapshot_with_delete_files_is_not_loaded(world: World, monkeypatch: Any) -> None:
    world.publish(2023, "2024-06-28")
    table = world.tables.table("payments_fact")
    snapshot = table.metadata.snapshots[-1]
    assert snapshot.summary is not None
    monkeypatch.setitem(snapshot.summary._additional_properties, "total-delete-files", "3")  # noqa: SLF001
    monkeypatch.setattr(world.tables.catalog, "load_table", lambda _: table)
    with pytest.raises(WarehouseError, match="has 3 delete files, which COPY does not read"):
        Published.of(world.tables.catalog, DATABASE, ["payments_fact"])


def test_a_file_of_several_years_is_not_loaded(world: World) -> None:
    world.publish(2022, "2024-06-28")
    table = world.tables.table("payments_fact")
    with table.update_spec() as spec:
        spec.remove_field("program_year")
    world.publish(2023, "2024-06-28")
    with pytest.raises(WarehouseError, match="expected only general 2023"):
        world.load(2023)


def test_a_catalog_of_another_lake_is_told(world: World) -> None:
    world.publish(2023, "2024-06-28")
    for file in Path(world.here.lake.removeprefix("file://"), "curated").rglob("*.metadata.json"):
        file.unlink()
    with pytest.raises(WarehouseError, match=r"at metadata that cannot be read(.|\n)*rebuild-catalog"):
        world.load(2023)


def test_a_year_that_is_not_published_is_told(world: World) -> None:
    with pytest.raises(WarehouseError, match="is not in the catalog; has anything been curated"):
        world.load(2023)
    world.publish(2023, "2024-06-28")
    with pytest.raises(WarehouseError, match="`publications` has 0 rows of general 2019; expected 1"):
        world.load(2019)
    with pytest.raises(WarehouseError, match="is not a kind"):
        world.load(2023, kind="x' or '1'='1")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], "must contain only `entries`"),
        ([File("file:///x", 1, 1)], "is not in this lake"),
        ([File("LAKE/missing.parquet", 1, 1)], "COPY reads only existing files"),
    ],
)
def test_copy_refuses_what_redshift_refuses(world: World, files: list[File], expected: str) -> None:
    from assay_catalog.errors import CatalogError  # noqa: PLC0415
    from assay_warehouse import manifest  # noqa: PLC0415

    files = [replace(one, url=one.url.replace("LAKE", world.here.lake)) for one in files]
    world.lake.write("m.json", manifest.text(files))
    copy = (
        f"copy open_payments.payments_fact from '{world.here.lake}/m.json' iam_role default format as parquet manifest"
    )
    with pytest.raises((WarehouseError, CatalogError), match=expected):
        world.warehouse.transaction([copy], "t")


def test_columns_in_another_order_are_not_loaded(world: World) -> None:
    world.publish(2023, "2024-06-28")
    with world.tables.table("companies_dim").update_schema() as change:
        change.move_after("company_state", "company_country")
    with pytest.raises(WarehouseError, match=r"column 3 of `companies_dim` is `company_country varchar` in the lake"):
        world.load(2023)
