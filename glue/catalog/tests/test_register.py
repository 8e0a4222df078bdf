import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from posixpath import dirname

import pytest
from conftest import PLATFORM, World

from assay_catalog import manifest
from assay_catalog import register as registering
from assay_catalog.content import newest
from assay_catalog.errors import CatalogError
from assay_catalog.lake import Lake
from assay_catalog.manifest import read
from assay_catalog.register import HIVE_NULL, Registry, audit_partition


@dataclass(frozen=True)
class Watched:
    """A lake that cannot be listed, and that calls a hook after an object was read."""

    lake: Lake
    after: dict[str, list[threading.Thread]]

    @property
    def root(self) -> str:
        return self.lake.root

    def read(self, key: str) -> bytes:
        text = self.lake.read(key)
        if self.after.get(key):
            thread = self.after[key].pop()
            thread.start()
            thread.join()
        return text

    def read_end(self, key: str, most: int) -> bytes:
        return self.lake.read_end(key, most)

    def write(self, key: str, content: bytes) -> None:
        raise AssertionError(f"`{key}` is written: {content!r}")

    def keys(self, below: str) -> Iterator[str]:
        raise AssertionError(f"`{below}` is listed")


def watched(world: World, **after: threading.Thread) -> Registry:
    return replace(world.registry, lake=Watched(world.registry.lake, {key: [one] for key, one in after.items()}))


def test_the_host_writes_where_the_file_says(world: World) -> None:
    """The host hard-codes some folders: `platform.json` must agree."""
    world.publish(2023, "2024-06-28", defects="5%")
    for below in (PLATFORM.lake.validated, PLATFORM.lake.rejected, PLATFORM.lake.audit, PLATFORM.lake.schema_versions):
        assert list(world.registry.lake.keys(below)), f"nothing is below `{below}`"


def test_the_newest_publication_that_is_registered_is_told(world: World) -> None:
    names, kinds = PLATFORM.catalog.staging, ("general", "research")
    assert newest(world.registry.glue, names, kinds) == {"general": None, "research": None}
    for year, publication in ((2023, "2024-06-28"), (2022, "2025-01-30"), (2022, "2023-06-30")):
        world.registry.register(world.publish(year, publication))
    assert newest(world.registry.glue, names, kinds) == {"general": "2025-01-30", "research": None}


def test_partitions_are_the_attempt_that_is_committed_and_nothing_is_listed(world: World) -> None:
    key = world.publish(2023, "2024-06-28")
    done = watched(world).register(f"{world.here.lake}/{key}")
    committed = read(world.registry.lake, key)
    assert f"run={committed.run_id}/attempt={committed.attempt}" in committed.folder
    assert world.partitions("validated_general") == {"2023/2024-06-28": committed.folder + "/"}
    assert world.partitions("rejected") == {"general/2023/2024-06-28": f"{committed.rejected}/"}
    assert world.partitions("ingestion_audit") == {"general/2023/2024-06-28": dirname(committed.audit) + "/"}
    assert (done.newest, done.rows, done.run_id) == (True, committed.rows, committed.run_id)
    assert done.changes["validated_general"] == "made"


def test_the_second_time_changes_nothing(world: World) -> None:
    key = world.publish(2023, "2024-06-28")
    world.registry.register(key)
    before = world.content()
    assert world.registry.register(key).changes == {}
    assert world.content() == before


def test_a_run_that_takes_the_place_of_another_moves_the_partition(world: World) -> None:
    key = world.publish(2023, "2024-06-28", defects="2%")
    first = world.registry.register(key)
    assert world.partitions("rejected")
    world.publish(2023, "2024-06-28", seed=2, defects="0")
    second = world.registry.register(key)
    assert first.run_id != second.run_id
    assert second.changes == {"validated_general": "altered", "rejected": "removed"}
    assert f"run={second.run_id}" in world.partitions("validated_general")["2023/2024-06-28"]
    assert not world.partitions("rejected"), "rejects of a run that no longer counts"


def test_the_newest_publication_is_not_moved_back(world: World) -> None:
    newer = world.publish(2023, "2025-01-30")
    world.registry.register(newer)
    older = world.publish(2023, "2024-06-28", seed=2)
    done = world.registry.register(older)
    assert (done.newest, done.superseded_by) == (False, "2025-01-30")
    assert world.registry.register(newer).newest
    assert sorted(world.partitions("validated_general")) == ["2023/2024-06-28", "2023/2025-01-30"]


def test_an_older_publication_that_was_the_newest_once_is_told(world: World) -> None:
    older = world.publish(2023, "2024-06-28")
    assert world.registry.register(older).newest
    world.publish(2023, "2025-01-30", seed=2)
    assert world.registry.register(older).superseded_by == "2025-01-30"


def test_who_writes_last_has_seen_the_last_commit(world: World) -> None:
    """Between reading and writing by one registration, another run is published and registered."""
    key = world.publish(2023, "2024-06-28")

    def overtake() -> None:
        world.publish(2023, "2024-06-28", seed=2)
        world.registry.register(key)

    slow = watched(world, **{key: threading.Thread(target=overtake)})
    done = slow.register(key)
    committed = read(world.registry.lake, key)
    assert done.run_id == committed.run_id
    assert world.partitions("validated_general") == {"2023/2024-06-28": committed.folder + "/"}


def test_many_at_a_time(world: World) -> None:
    keys = [world.publish(year, "2024-06-28") for year in (2022, 2023)]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(world.registry.register, keys * 6))
    assert len(done) == 12
    expected = {"/".join(one.values): one.folder + "/" for one in (read(world.registry.lake, key) for key in keys)}
    assert world.partitions("validated_general") == expected


def test_it_does_not_go_on_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = world.publish(2023, "2024-06-28")
    monkeypatch.setattr(registering, "ROUNDS", 2)
    count = iter(range(10))

    def changing(lake: Lake, place: str) -> object:
        return replace(read(lake, place), run_id=str(next(count)))

    monkeypatch.setattr(manifest, "read", changing)
    with pytest.raises(CatalogError, match="was published 2 times while it was being registered"):
        world.registry.register(key)


def test_a_refused_run_is_in_the_audit_table(world: World) -> None:
    report = json.loads(world.judge(2022, "2024-06-28", seed=1, rows=2000, defects="90%", code=1))
    watched(world).register_audit(report["report"])
    folder = f"{PLATFORM.lake.audit}/dataset=open-payments/kind=general/year=2022/publication=2024-06-28/"
    assert world.partitions("ingestion_audit") == {"general/2022/2024-06-28": folder}


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("metadata/ingestion_audit/unplaced", [HIVE_NULL] * 3),
        ("metadata/ingestion_audit/dataset=op/kind=general/year=2023/publication=a%2Fb", ["general", "2023", "a/b"]),
    ],
)
def test_values_of_audit_partitions(folder: str, expected: list[str]) -> None:
    assert audit_partition(PLATFORM.lake, folder)[1] == expected


@pytest.mark.parametrize("folder", ["metadata/other", "metadata/ingestion_audit/x", "metadata/ingestion_audit/kind=g"])
def test_other_folders_are_refused(folder: str) -> None:
    with pytest.raises(CatalogError, match="is not a folder of audit records"):
        audit_partition(PLATFORM.lake, folder)


def test_what_is_missing_or_elsewhere_is_told(world: World) -> None:
    with pytest.raises(CatalogError, match="is not there"):
        world.registry.register("staging/validated/dataset=open-payments/_commit/manifest.json")
    with pytest.raises(CatalogError, match="is not in this lake"):
        world.registry.register("s3://another/staging/validated/_commit/manifest.json")
