"""Prints the machine and the engines' versions as one JSON object.

usage: describe.py [PACKAGE]…
"""

import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

# Those of `cargo xtask versus`.
ENGINES = ["dataframely", "duckdb", "pandera", "polars", "pyspark"]


def first(path: str, pattern: str) -> str | None:
    """What the pattern's group finds in a file of the system, if both are there."""
    try:
        found = re.search(pattern, Path(path).read_text(), re.MULTILINE)
    except OSError:
        return None
    return found[1].strip() if found else None


def vectors() -> str:
    """The widest vector instructions, because they decide what an index over bytes costs."""
    flags = (first("/proc/cpuinfo", r"^flags\s*:(.*)") or "").split()
    known = {"avx512bw": "AVX-512", "avx2": "AVX2"}
    return next((name for flag, name in known.items() if flag in flags), "neither AVX2 nor AVX-512 named")


def java() -> str | None:
    """The version of the Java that PySpark would start."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else "java"
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r'version "([^"]+)"', said)
    return found[1] if found else None


def main() -> None:
    kilobytes = first("/proc/meminfo", r"^MemTotal:\s*(\d+) kB")
    print(
        json.dumps(
            {
                "date": datetime.now(UTC).date().isoformat(),
                "cpu": first("/proc/cpuinfo", r"^model name\s*:(.*)") or platform.processor() or platform.machine(),
                "vectors": vectors(),
                "cores": os.cpu_count(),
                "memory": f"{int(kilobytes) / 2**20:.0f} GiB" if kilobytes else "unknown",
                "system": first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)') or platform.system(),
                "kernel": re.match(r"[0-9.]*[0-9]", platform.release())[0],
                "python": platform.python_version(),
                "java": java(),
                "engines": {name: metadata.version(name) for name in sys.argv[1:] or ENGINES},
            }
        )
    )


if __name__ == "__main__":
    main()
