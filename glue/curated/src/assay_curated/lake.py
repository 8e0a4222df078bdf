"""A lake's curated tables in Spark's catalog: their names, branches, tags and snapshots.

Operations without a DataFrame use Iceberg's Java interface: it needs no Spark job, and a fast-forward is one
compare-and-swap in the catalog.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from assay_curated.errors import Conflict, CuratedError
from assay_curated.files import JAVA, reason
from assay_curated.manifest import Input
from assay_curated.tables import Table

MAIN = "main"
INPUTS = "assay.inputs"
BRANCH = "assay.branch"
TAGS = "assay.tags"

# Snapshot expiry drops the branches of killed jobs after a week, which leaves enough time to inspect one.
_BRANCH_LIFE_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Head:
    """The newest snapshot of a branch, and the properties its writer recorded. A table never written has none."""

    snapshot: int
    inputs: frozenset[Input]
    branch: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lake:
    """`root` is the lake's URL without a trailing slash, `catalog` Spark's name for the catalog."""

    spark: SparkSession
    root: str
    catalog: str
    database: str

    def name(self, table: Table, branch: str | None = None) -> str:
        """The identifier for Spark, of a branch or of main."""
        return ".".join((self.catalog, self.database, table.name, *([f"branch_{branch}"] if branch else [])))

    def read(self, table: Table, branch: str | None = None) -> DataFrame:
        """The rows of a branch or of main."""
        return self.spark.table(self.name(table, branch))

    def head(self, table: Table, branch: str = MAIN) -> Head | None:
        """The snapshot of a branch or a tag; `None` if it does not exist."""
        loaded = self.loaded(table)
        reference = loaded.refs().get(branch)
        if reference is None:
            return None
        snapshot = loaded.snapshot(reference.snapshotId())
        noted = {str(name): str(value) for name, value in dict(snapshot.summary()).items()}
        return Head(
            snapshot=int(snapshot.snapshotId()),
            inputs=parse_inputs(noted.get(INPUTS, "[]")),
            branch=noted.get(BRANCH, ""),
            tags=tuple(one for one in noted.get(TAGS, "").split(",") if one),
        )

    def rows(self, table: Table) -> int:
        """The number of rows on main, from its snapshot."""
        snapshot = self.loaded(table).currentSnapshot()
        return 0 if snapshot is None else int(dict(snapshot.summary()).get("total-records", 0))

    def branches(self, table: Table) -> list[str]:
        """Names of all branches and tags except main."""
        return sorted(str(name) for name in self.loaded(table).refs() if name != MAIN)

    def create_branch(self, table: Table, branch: str) -> None:
        """Creates a branch at the current state of main. Raises `Conflict`."""
        with commits(table, "make the branch"):
            changes = self.loaded(table).manageSnapshots().createBranch(branch)
            changes.setMaxRefAgeMs(branch, _BRANCH_LIFE_MS).commit()

    def drop_branch(self, table: Table, branch: str) -> None:
        """Removes a branch, if it exists. Raises `Conflict`."""
        loaded = self.loaded(table)
        if loaded.refs().get(branch) is not None:
            with commits(table, "remove the branch"):
                loaded.manageSnapshots().removeBranch(branch).commit()

    def fast_forward(self, table: Table, branch: str) -> None:
        """Fast-forwards main to `branch`. Raises `Conflict` if main has changed since the branch was created."""
        loaded = self.loaded(table)
        with commits(table, "fast-forward main"):
            loaded.manageSnapshots().fastForwardBranch(MAIN, branch).commit()

    def tag(self, table: Table, tag: str, snapshot: int) -> None:
        """Points `tag` at `snapshot`, wherever it pointed before. Raises `Conflict`."""
        loaded = self.loaded(table)
        found = loaded.refs().get(tag)
        if found is not None and int(found.snapshotId()) == snapshot:
            return
        with commits(table, f"set the tag `{tag}`"):
            changes = loaded.manageSnapshots()
            (changes.createTag(tag, snapshot) if found is None else changes.replaceTag(tag, snapshot)).commit()

    def loaded(self, table: Table) -> Any:  # noqa: ANN401 - a Java object
        """Iceberg's object for a table, in its current state. Raises `CuratedError` if there is none."""
        jvm: Any = self.spark._jvm  # noqa: SLF001 - pyspark has no public way to a library of its JVM
        session = self.spark._jsparkSession  # noqa: SLF001
        try:
            return jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(session, self.name(table))
        except JAVA as error:
            raise CuratedError(
                f"`{self.name(table)}` cannot be loaded: {reason(error)}\n"
                "  help: `python -m assay_curated.migrate` creates the tables"
            ) from error


class commits:  # noqa: N801 - reads as a statement
    """Turns a commit that lost a race into `Conflict`."""

    def __init__(self, table: Table, what: str) -> None:
        self._what = f"could not {what} of `{table.name}`"

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, JAVA):
            raise Conflict(
                f"{self._what}: {reason(error)}\n  help: another job published meanwhile; run this one again"
            ) from error


def format_inputs(inputs: frozenset[Input]) -> str:
    """The text of `assay.inputs`: the same for the same set."""
    return json.dumps([one.json() for one in sorted(inputs)], separators=(",", ":"))


def parse_inputs(text: str) -> frozenset[Input]:
    """The set that `format_inputs` wrote."""
    return frozenset(
        Input(one["kind"], one["year"], date.fromisoformat(one["publication"]), one["run_id"])
        for one in json.loads(text)
    )
