"""The Spark session: the same settings everywhere, from the addresses of an environment.

On AWS the endpoints are Amazon's own and credentials come from the role; elsewhere the endpoints are configured and
credentials come from the usual AWS variables.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pyspark.sql import SparkSession

from assay_curated.errors import CuratedError
from assay_curated.lake import Lake
from assay_platform import config
from assay_platform.model import Environment, Platform

JARS_VARIABLE = "ASSAY_SPARK_JARS"
# The jars that `ASSAY_SPARK_JARS` must name; Glue provides them with `--datalake-formats iceberg`.
COORDINATES = (
    "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0",
    "org.apache.iceberg:iceberg-aws-bundle:1.10.0",
    "org.apache.hadoop:hadoop-aws:3.3.4",
    "com.amazonaws:aws-java-sdk-bundle:1.12.262",
)


def settings(platform: Platform, environment: Environment) -> dict[str, str]:
    """Spark's settings for a lake, without jars. A lake in a folder needs no catalog server."""
    catalog = f"spark.sql.catalog.{platform.catalog.spark_name}"
    made = {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        # A cached table would hide what another job published.
        f"{catalog}.cache-enabled": "false",
        f"{catalog}.warehouse": environment.url(platform.lake.curated),
        # Dates and times mean the same wherever the job runs.
        "spark.sql.session.timeZone": "UTC",
        # Standard error is for people, with one line per step.
        "spark.ui.showConsoleProgress": "false",
        # A failed cast is an error, not a null.
        "spark.sql.ansi.enabled": "true",
    }
    if environment.lake.startswith("file:"):
        return {**made, f"{catalog}.type": "hadoop"}
    made |= {
        f"{catalog}.type": "glue",
        f"{catalog}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.client.region": environment.region,
        # Otherwise Glue keeps a table version for each commit; Iceberg has its own history.
        f"{catalog}.glue.skip-archive": "true",
    }
    if glue := environment.endpoint("glue"):
        made[f"{catalog}.glue.endpoint"] = glue
    if s3 := environment.endpoint("s3"):
        made |= {
            f"{catalog}.s3.endpoint": s3,
            f"{catalog}.s3.path-style-access": "true",
            "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
            "spark.hadoop.fs.s3a.endpoint": s3,
            "spark.hadoop.fs.s3a.path.style.access": "true",
        }
    return made


def start(name: str, wanted: Mapping[str, str], jars: str | None = None) -> SparkSession:
    """A session with these settings, and the comma-separated jars in `jars` or `ASSAY_SPARK_JARS`. Raises
    `CuratedError` if a jar does not exist.
    """
    builder = SparkSession.builder.appName(name)
    if listed := jars or os.environ.get(JARS_VARIABLE, ""):
        missing = [jar for jar in listed.split(",") if not Path(jar).is_file()]
        if missing:
            wanted_jars = "\n    ".join(COORDINATES)
            raise CuratedError(
                f"`{missing[0]}` of `{JARS_VARIABLE}` is not a file\n  help: Maven fetches these:\n    {wanted_jars}"
            )
        builder = builder.config("spark.jars", listed).config("spark.driver.extraClassPath", listed.replace(",", ":"))
    for setting, value in wanted.items():
        builder = builder.config(setting, value)
    return builder.getOrCreate()


def lake(name: str | None, root: str | None, application: str) -> tuple[Lake, str | None]:
    """The lake of the environment `name`, or the one at `root` with the environment's other addresses, and the folder
    for table locations (`None` if the catalog assigns them). Raises `CuratedError` and `ConfigError`.
    """
    platform = config.load()
    environment = config.environment(platform, name)
    if root:
        environment = replace(environment, lake=root.rstrip("/"))
    spark = start(application, settings(platform, environment))
    names = platform.catalog
    locations = None if environment.lake.startswith("file:") else environment.url(platform.lake.curated)
    return Lake(spark, environment.lake, names.spark_name, names.curated.database), locations
