"""A lake's curated tables in Spark's catalog: their names, branches, tags and snapshots.

Iceberg's own Java interface does what has no DataFrame: it needs no Spark job, and a fast-forward is one
compare-and-swap of the catalog.
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

# Branches that a killed job left are dropped by snapshot expiry. A week: longer than anybody takes to look at one.
_BRANCH_LIFE_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Head:
    """The newest snapshot of a branch, and what its writer noted. A table that was never written has none."""

    snapshot: int
    inputs: frozenset[Input]
    branch: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lake:
    """`root` is the lake's URL without a slash at its end, `catalog` Spark's name of the catalog."""

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
        """What a branch or a tag points at; `None` if there is no such thing."""
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
        """Rows of main, as its snapshot says."""
        snapshot = self.loaded(table).currentSnapshot()
        return 0 if snapshot is None else int(dict(snapshot.summary()).get("total-records", 0))

    def branches(self, table: Table) -> list[str]:
        """Names of all branches and tags but main."""
        return sorted(str(name) for name in self.loaded(table).refs() if name != MAIN)

    def create_branch(self, table: Table, branch: str) -> None:
        """Makes a branch of what main is now. Raises `Conflict`."""
        with commits(table, "make the branch"):
            changes = self.loaded(table).manageSnapshots().createBranch(branch)
            changes.setMaxRefAgeMs(branch, _BRANCH_LIFE_MS).commit()

    def drop_branch(self, table: Table, branch: str) -> None:
        """Removes a branch, if it is there. Raises `Conflict`."""
        loaded = self.loaded(table)
        if loaded.refs().get(branch) is not None:
            with commits(table, "remove the branch"):
                loaded.manageSnapshots().removeBranch(branch).commit()

    def fast_forward(self, table: Table, branch: str) -> None:
        """Sets main to `branch`. Raises `Conflict` if main has changed since the branch was made."""
        loaded = self.loaded(table)
        with commits(table, "fast-forward main"):
            loaded.manageSnapshots().fastForwardBranch(MAIN, branch).commit()

    def tag(self, table: Table, tag: str, snapshot: int) -> None:
        """Lets `tag` point at `snapshot`, wherever it pointed before. Raises `Conflict`."""
        loaded = self.loaded(table)
        found = loaded.refs().get(tag)
        if found is not None and int(found.snapshotId()) == snapshot:
            return
        with commits(table, f"set the tag `{tag}`"):
            changes = loaded.manageSnapshots()
            (changes.createTag(tag, snapshot) if found is None else changes.replaceTag(tag, snapshot)).commit()

    def loaded(self, table: Table) -> Any:  # noqa: ANN401 - a Java object
        """Iceberg's own object of a table, as it is now. Raises `CuratedError` if there is none."""
        jvm: Any = self.spark._jvm  # noqa: SLF001 - pyspark has no public way to a library of its JVM
        session = self.spark._jsparkSession  # noqa: SLF001
        try:
            return jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(session, self.name(table))
        except JAVA as error:
            raise CuratedError(
                f"`{self.name(table)}` cannot be loaded: {reason(error)}\n"
                "  help: `python -m assay_curated.migrate` makes the tables"
            ) from error


class commits:  # noqa: N801 - reads as a statement
    """Turns a commit that lost against another into `Conflict`."""

    def __init__(self, table: Table, what: str) -> None:
        self._what = f"could not {what} of `{table.name}`"

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, JAVA):
            raise Conflict(
                f"{self._what}: {reason(error)}\n  help: another job published; run this one again"
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
