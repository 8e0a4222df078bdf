"""Registers in the catalog what one manifest commits. It may be repeated and run concurrently.

The manifest in the lake is authoritative, not the run that the caller knows of: if a run has been replaced meanwhile,
its replacement is registered instead. Nothing is listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from posixpath import dirname
from urllib.parse import unquote

from assay_catalog import hive, manifest
from assay_catalog.errors import CatalogError, NotThere
from assay_catalog.glue import Change, Glue
from assay_catalog.lake import Lake, key_of, url
from assay_catalog.manifest import Manifest
from assay_platform.model import LakePrefixes, StagingNames

# The manifest is read again after each write, for as long as others publish. This many rounds mean that something
# publishes without end.
ROUNDS = 20
HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True)
class Registered:
    """What is registered now. `newest` is `False` if a newer publication already exists: this partition is history,
    and views of the newest leave it out.
    """

    kind: str
    partition: dict[str, str]
    run_id: str
    attempt: str
    rows: int
    newest: bool
    superseded_by: str | None
    location: str
    rejected: str | None
    changes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registry:
    """The staging database of one lake."""

    glue: Glue
    lake: Lake
    names: StagingNames
    prefixes: LakePrefixes

    def prepare(self) -> None:
        """Creates the database, and the tables that do not depend on a kind."""
        self.glue.database(self.names.database, url(self.lake, dirname(self.prefixes.validated)))

    def register(self, place: str) -> Registered:
        """Registers what the manifest at a URL or key commits: its parts, its rejects, its audit records.

        Raises `CatalogError`.
        """
        self.prepare()
        for _ in range(ROUNDS):
            seen = manifest.read(self.lake, place)
            changes = self._put(seen)
            # Another commit may have happened between reading and writing, and its registration may be done. Who
            # writes last looks last, so the last one to write has seen the last manifest.
            if manifest.read(self.lake, place) == seen:
                return self._told(seen, changes)
        raise CatalogError(f"`{place}` was published {ROUNDS} times while it was being registered")

    def register_audit(self, place: str) -> str:
        """Registers the folder of an audit record, for a run that published nothing. Returns the folder's URL."""
        self.prepare()
        folder = dirname(key_of(self.lake, place))
        self._put_audit(folder)
        return url(self.lake, folder)

    def _put(self, seen: Manifest) -> dict[str, str]:
        database, names = self.names.database, self.names
        values = [seen.kind, *seen.values]
        validated = names.validated_table(seen.kind)
        folder = url(self.lake, f"{self.prefixes.validated}/dataset={seen.dataset}/kind={seen.kind}")
        columns = hive.columns_of(self.lake, seen.parts[0]) if seen.parts else {}
        form = hive.table(validated, seen.names, hive.parquet_at(folder, columns), "parquet")
        changes = {f"table {validated}": self.glue.table(database, form)}
        storage = hive.parquet_at(url(self.lake, seen.folder), columns)
        changes[validated] = self.glue.partition(database, validated, seen.values, storage)
        folder = url(self.lake, f"{self.prefixes.rejected}/dataset={seen.dataset}")
        form = hive.table(names.rejected, ["kind", *seen.names], hive.parquet_at(folder, hive.REJECTED), "parquet")
        changes[f"table {names.rejected}"] = self.glue.table(database, form)
        if seen.rejected is None:
            # The previous run may have rejected something.
            changes[names.rejected] = self.glue.no_partition(database, names.rejected, values)
        else:
            storage = hive.parquet_at(url(self.lake, seen.rejected), hive.REJECTED)
            changes[names.rejected] = self.glue.partition(database, names.rejected, values, storage)
        changes[names.audit] = self._put_audit(dirname(seen.audit))
        return {name: change.value for name, change in changes.items() if change is not Change.NONE}

    def _put_audit(self, folder: str) -> Change:
        """A partition of the audit table: all attempts, whether they published or not."""
        keys, values = audit_partition(self.prefixes, folder)
        database, table = self.names.database, self.names.audit
        top = hive.json_at(url(self.lake, self.prefixes.audit), hive.AUDIT)
        made = self.glue.table(database, hive.table(table, keys, top, "json"))
        storage = hive.json_at(url(self.lake, folder), hive.AUDIT)
        put = self.glue.partition(database, table, values, storage)
        return put if put is not Change.NONE else made

    def _told(self, seen: Manifest, changes: dict[str, str]) -> Registered:
        return Registered(
            kind=seen.kind,
            partition=dict(seen.partition),
            run_id=seen.run_id,
            attempt=seen.attempt,
            rows=seen.rows,
            newest=(newer := self._newer(seen)) is None,
            superseded_by=newer,
            location=url(self.lake, seen.folder),
            rejected=None if seen.rejected is None else url(self.lake, seen.rejected),
            changes=changes,
        )

    def _newer(self, seen: Manifest) -> str | None:
        """The publication that is newer than this one although it was published earlier."""
        try:
            newest = manifest.newest(self.lake, seen)
        except NotThere:
            return seen.superseded_by
        return None if newest.manifest == seen.key else newest.value


def audit_partition(prefixes: LakePrefixes, folder: str) -> tuple[list[str], list[str]]:
    """Keys and values of the audit partition of a folder. They are null for a file refused before it was identified."""
    keys, values = ["kind", "year", "publication"], [HIVE_NULL] * 3
    below = folder.removeprefix(prefixes.audit + "/")
    if below != "unplaced":
        pairs = [part.partition("=") for part in below.split("/")]
        if below == folder or pairs[0][0] != "dataset" or any(not equals for _, equals, _ in pairs):
            raise CatalogError(f"`{folder}` is not a folder of audit records below `{prefixes.audit}`")
        keys, values = [name for name, _, _ in pairs[1:]], [unquote(value) for _, _, value in pairs[1:]]
    return keys, values
