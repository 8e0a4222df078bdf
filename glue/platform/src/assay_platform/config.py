"""Reads `platform.json`, the single file of names and addresses. Nothing else reads it or asks which environment this
is.

    from assay_platform import config

    platform = config.load()
    here = platform.environments["dev"]      # by name
    here = config.environment(platform)      # the one that the variable `ASSAY_ENVIRONMENT` names

The file is the one that the variable `ASSAY_PLATFORM` names; otherwise, in a checkout, `terraform/platform.json`; and
otherwise the copy in the wheel. A field that is missing, unknown or of the wrong type is an error that names it.
"""

from __future__ import annotations

import json
import os
from importlib import resources
from pathlib import Path

from assay_platform import fields
from assay_platform.model import (
    Airflow,
    AssetName,
    Catalog,
    Connections,
    CuratedNames,
    Environment,
    Jobs,
    LakePrefixes,
    Metrics,
    Part,
    Platform,
    StagingNames,
    WarehouseNames,
)

VERSION = 1
FILE_VARIABLE = "ASSAY_PLATFORM"
ENVIRONMENT_VARIABLE = "ASSAY_ENVIRONMENT"
CHECKOUT_FILE = Path(__file__).resolve().parents[4] / "terraform" / "platform.json"


class ConfigError(Exception):
    """The file cannot be read, or the environment is not in it. The text says what was found and what to do."""


def load(path: Path | str | None = None) -> Platform:
    """The platform's names and addresses, from `path` or the default file. Raises `ConfigError`."""
    given = path or os.environ.get(FILE_VARIABLE)
    named = None if given is None else str(given)
    try:
        if named is not None:
            text = Path(named).read_text(encoding="utf-8")
        elif CHECKOUT_FILE.is_file():
            text = CHECKOUT_FILE.read_text(encoding="utf-8")
        else:
            text = resources.files("assay_platform").joinpath("platform.json").read_text(encoding="utf-8")
        return parse(text)
    except (OSError, ValueError) as error:
        place = named or "platform.json"
        raise ConfigError(f"cannot read `{place}`: {error}\n  help: name another file in `{FILE_VARIABLE}`") from error


def environment(platform: Platform, name: str | None = None) -> Environment:
    """The environment called `name`, or the one that `ASSAY_ENVIRONMENT` names. There is no default: a program without
    an environment must not write to the wrong lake. Raises `ConfigError`."""
    wanted = name or os.environ.get(ENVIRONMENT_VARIABLE)
    there = ", ".join(f"`{one}`" for one in platform.environments)
    if not wanted:
        raise ConfigError(f"no environment was chosen; available: {there}\n  help: set `{ENVIRONMENT_VARIABLE}`")
    try:
        return platform.environments[wanted]
    except KeyError:
        raise ConfigError(f"environment `{wanted}` is not in platform.json; available: {there}") from None


def parse(text: str) -> Platform:
    """Parses the file's text. Raises `ValueError`."""
    top = fields.Fields.of(json.loads(text), "platform.json")
    if (version := top.whole("version")) != VERSION:
        raise ValueError(f"`version` is {version}; this program reads version {VERSION}")
    catalog, airflow = top.below("catalog"), top.below("airflow")
    curated = catalog.below("curated")
    platform = Platform(
        dataset=top.text("dataset"),
        kinds=top.texts("kinds"),
        lake=top.below("lake").into(LakePrefixes),
        catalog=Catalog(
            spark_name=catalog.text("spark_name"),
            staging=catalog.below("staging").into(StagingNames),
            curated=CuratedNames(database=curated.text("database"), tables=curated.texts("tables")),
        ),
        warehouse=top.below("warehouse").into(WarehouseNames),
        jobs=top.below("jobs").into(Jobs),
        metrics=top.below("metrics").into(Metrics),
        airflow=Airflow(
            connections=airflow.below("connections").into(Connections),
            pool=airflow.text("pool"),
            assets={name: one.into(AssetName) for name, one in airflow.below("assets").each()},
        ),
        environments={name: _environment(name, one) for name, one in top.below("environments").each()},
    )
    for part in (top, catalog, curated, airflow):
        part.nothing_else()
    return platform


def _environment(name: str, given: fields.Fields) -> Environment:
    made = Environment(
        name=name,
        lake=given.text("lake").rstrip("/"),
        region=given.text("region"),
        endpoints=given.below("endpoints").all_texts(),
        host=_part(given.below("host")),
        spark=_part(given.below("spark")),
        warehouse=_part(given.below("warehouse")),
        query=_part(given.below("query")),
    )
    given.nothing_else()
    return made


def _part(given: fields.Fields) -> Part:
    settings = given.all_texts()
    runner = given.text("runner")
    return Part(runner=runner, settings={name: value for name, value in settings.items() if name != "runner"})
