"""The locations of the platform's programs. `cargo xtask platform` looks for them and writes the file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trino:
    """A folder with trino-server, and a Java of 24 or newer for it."""

    folder: Path
    java: Path


@dataclass(frozen=True, slots=True)
class Tools:
    """Paths of programs; `java` is the folder of a Java 17, for Spark. `versitygw` and `trino` are missing if
    the machine cannot run them; `bucket` is our own S3 server, for that case."""

    root: Path
    assay: Path
    python: Path
    airflow: Path
    java: Path
    postgresql: Path
    jars: tuple[Path, ...]
    versitygw: Path | None
    bucket: Path
    trino: Trino | None

    @classmethod
    def read(cls, file: Path) -> Tools:
        """Reads the file. Raises `KeyError` for missing entries."""
        given = json.loads(file.read_text(encoding="utf-8"))
        trino = given["trino"]
        return cls(
            root=Path(given["root"]),
            assay=Path(given["assay"]),
            python=Path(given["python"]),
            airflow=Path(given["airflow"]),
            java=Path(given["java"]),
            postgresql=Path(given["postgresql"]),
            jars=tuple(Path(one) for one in given["jars"]),
            versitygw=Path(given["versitygw"]) if given["versitygw"] else None,
            bucket=Path(given["bucket"]),
            trino=Trino(Path(trino["folder"]), Path(trino["java"])) if trino else None,
        )

    def sources(self) -> str:
        """`PYTHONPATH` for all programs: each package's sources in the checkout."""
        below = ("platform", "catalog", "curated", "warehouse")
        folders = [self.root / "glue" / one / "src" for one in below]
        folders += [self.root / "airflow" / "provider" / "src", self.root / "airflow" / "dags"]
        return ":".join(map(str, folders))
