"""The types that `terraform/platform.json` is parsed into. They are immutable and contain no secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LakePrefixes:
    """Folders of the lake, from its root, without leading or trailing slashes."""

    raw: str
    validated: str
    rejected: str
    audit: str
    schema_versions: str
    copy_manifests: str
    query_results: str
    curated: str
    artifacts: str
    reports: str


@dataclass(frozen=True, slots=True)
class StagingNames:
    """The Glue database for the host's output. `validated`, `rejected` and `audit` are Hive tables; `quarantine`,
    `findings` and `repairs` are views of `rejected`, for the three kinds of files in one folder.
    """

    database: str
    validated: str
    rejected: str
    quarantine: str
    findings: str
    repairs: str
    audit: str

    def validated_table(self, kind: str) -> str:
        """The table of a kind's validated records: `general` gives `validated_general`."""
        return self.validated.format(kind=kind.replace("-", "_"))


@dataclass(frozen=True, slots=True)
class CuratedNames:
    """The Glue database of the Iceberg tables, and its tables."""

    database: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Names in the Glue Data Catalog. `spark_name` is what Spark calls it: `lake.<database>.<table>`."""

    spark_name: str
    staging: StagingNames
    curated: CuratedNames


@dataclass(frozen=True, slots=True)
class WarehouseNames:
    """The database and the schema of the warehouse's tables and views."""

    database: str
    schema: str


@dataclass(frozen=True, slots=True)
class Jobs:
    """Names of Glue jobs."""

    curate: str
    maintain: str


@dataclass(frozen=True, slots=True)
class Metrics:
    """The CloudWatch namespace, and the metrics that alarms use: tasks that failed for good, the share of a year's
    records that is held back, the rise of a column's share of blanks from one publication to the next, and days since
    the newest publication."""

    namespace: str
    failures: str
    rejects: str
    null_drift: str
    age: str


@dataclass(frozen=True, slots=True)
class AssetName:
    """An Airflow asset."""

    name: str
    uri: str


@dataclass(frozen=True, slots=True)
class Connections:
    """Ids of Airflow connections. Those have the credentials; this file never does."""

    aws: str
    warehouse: str
    query: str


@dataclass(frozen=True, slots=True)
class Airflow:
    """Names in Airflow: connections, the pool that limits concurrent hosts, and assets by station."""

    connections: Connections
    pool: str
    assets: Mapping[str, AssetName]


@dataclass(frozen=True, slots=True)
class Part:
    """How one part of the platform runs in an environment: the runner's name, and its settings.

    Code chooses by `runner`, from a table of runners, and never by the environment's name.
    """

    runner: str
    settings: Mapping[str, str]

    def setting(self, name: str) -> str:
        """A setting that the runner requires. Raises `KeyError` with the existing settings."""
        try:
            return self.settings[name]
        except KeyError:
            there = ", ".join(f"`{one}`" for one in self.settings) or "none"
            raise KeyError(f"runner `{self.runner}` needs the setting `{name}`; available: {there}") from None


@dataclass(frozen=True, slots=True)
class Environment:
    """Addresses of one environment. `lake` is the root's URL (`s3://bucket`, `s3://bucket/prefix` or `file:///…`),
    without a trailing slash. `endpoints` has those that are not AWS's own, by service (`s3`, `glue`,
    `cloudwatch`)."""

    name: str
    lake: str
    region: str
    endpoints: Mapping[str, str]
    host: Part
    spark: Part
    warehouse: Part
    query: Part

    def endpoint(self, service: str) -> str | None:
        """The URL of a service, for boto3's `endpoint_url`; `None` means AWS's own."""
        return self.endpoints.get(service)

    def url(self, *below: str) -> str:
        """The URL of a place below the lake's root: `url("raw", "year=2023")`."""
        return "/".join((self.lake, *(part.strip("/") for part in below)))


@dataclass(frozen=True, slots=True)
class Platform:
    """The whole file."""

    dataset: str
    kinds: tuple[str, ...]
    lake: LakePrefixes
    catalog: Catalog
    warehouse: WarehouseNames
    jobs: Jobs
    metrics: Metrics
    airflow: Airflow
    environments: Mapping[str, Environment]
