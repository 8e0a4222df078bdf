"""Small text files of the lake, by the file system that Spark reads parts with: same addresses, same credentials."""

from __future__ import annotations

from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors.exceptions.captured import CapturedException
from pyspark.sql import SparkSession

from assay_curated.errors import Unreadable

# What an error of Java is in Python: pyspark turns those that it knows into its own.
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
    """Writes `text` to `url`, over what is there. Raises `Unreadable`."""
    _, path, system = _open(spark, url)
    try:
        stream = system.create(path, True)
        stream.write(bytearray(text, "utf-8"))
        stream.close()
    except JAVA as error:
        raise Unreadable(f"`{url}` cannot be written: {reason(error)}") from error


def reason(error: BaseException) -> str:
    """The first line of what Java said."""
    said = error.java_exception if isinstance(error, Py4JJavaError) else error
    return str(said).split("\n", maxsplit=1)[0]


def _open(spark: SparkSession, url: str) -> tuple[Any, Any, Any]:
    jvm: Any = spark._jvm  # noqa: SLF001 - pyspark has no public way to Hadoop's file systems
    path = jvm.org.apache.hadoop.fs.Path(url)
    try:
        return jvm, path, path.getFileSystem(spark._jsc.hadoopConfiguration())  # noqa: SLF001
    except JAVA as error:
        raise Unreadable(f"`{url}` is in no file system that Spark knows: {reason(error)}") from error
