"""Small text files of the lake, through the file system with which Spark reads parts: same URLs and credentials."""

from __future__ import annotations

from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors.exceptions.captured import CapturedException
from pyspark.sql import SparkSession

from assay_curated.errors import Unreadable

# Java errors as Python sees them: pyspark converts those that it knows into its own.
JAVA = (Py4JJavaError, CapturedException)


def read(spark: SparkSession, url: str) -> str:
    """The text at `url`. Raises `Unreadable`."""
    jvm, path, system = _open(spark, url)
    try:
        stream = system.open(path)
        try:
            return str(jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()
    except JAVA as error:
        raise Unreadable(f"`{url}` cannot be read: {reason(error)}") from error


def write(spark: SparkSession, url: str, text: str) -> None:
    """Writes `text` to `url`, replacing an existing file. Raises `Unreadable`."""
    _, path, system = _open(spark, url)
    try:
        stream = system.create(path, True)
        stream.write(bytearray(text, "utf-8"))
        stream.close()
    except JAVA as error:
        raise Unreadable(f"`{url}` cannot be written: {reason(error)}") from error


def reason(error: BaseException) -> str:
    """The first line of Java's message."""
    said = error.java_exception if isinstance(error, Py4JJavaError) else error
    return str(said).split("\n", maxsplit=1)[0]


def _open(spark: SparkSession, url: str) -> tuple[Any, Any, Any]:
    jvm: Any = spark._jvm  # noqa: SLF001 - pyspark has no public way to Hadoop's file systems
    path = jvm.org.apache.hadoop.fs.Path(url)
    try:
        return jvm, path, path.getFileSystem(spark._jsc.hadoopConfiguration())  # noqa: SLF001
    except JAVA as error:
        raise Unreadable(f"`{url}` is not in a file system that Spark supports: {reason(error)}") from error
