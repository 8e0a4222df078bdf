"""Validates a bill of materials against CycloneDX's schema, and checks what a schema cannot: `python bill.py FILE`."""

import copy
import json
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import get_spdx_licensing
from packageurl import PackageURL

VERSION = SchemaVersion.V1_5
SPDX = get_spdx_licensing()


def by_schema(bill: dict[str, Any]) -> Iterator[str]:
    """Faults by CycloneDX's schema."""
    for error in JsonStrictValidator(VERSION).validate_str(json.dumps(bill), all_errors=True) or ():
        yield f"{error.data.json_path}: {error.data.message}"


def by_meaning(bill: dict[str, Any]) -> Iterator[str]:
    """Faults that the schema permits but a scanner would stumble over."""
    named = [bill["metadata"]["component"], *bill["components"]]
    for one in named:
        name = one["bom-ref"]
        for given in one.get("licenses", ()):
            yield from (f"{name}: {error}" for error in SPDX.validate(given["expression"]).errors)
        if "purl" in one:
            found = PackageURL.from_string(one["purl"])
            if (found.name, found.version) != (one["name"], one["version"]):
                yield f"{name}: `{one['purl']}` names {found.name} {found.version}"
    names = {one["bom-ref"] for one in named}
    listed = [one["ref"] for one in bill["dependencies"]]
    used = {name for one in bill["dependencies"] for name in one["dependsOn"]}
    yield from (f"{name}: in the dependencies, and not in the components" for name in sorted({*listed, *used} - names))
    top = bill["metadata"]["component"]["bom-ref"]
    yield from (f"{name}: in the components, and nothing uses it" for name in sorted(names - used - {top}))


def faults(bill: dict[str, Any]) -> list[str]:
    """All faults; a bill that does not fit the schema is not checked further."""
    return list(by_schema(bill)) or list(by_meaning(bill))


def spoiled(bill: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Broken bills: a check that accepts one of them is useless."""

    def change(what: str, value: object) -> tuple[str, dict[str, Any]]:
        wrong = copy.deepcopy(bill)
        wrong["components"][0][what] = value
        return f"{what} {value!r}", wrong

    yield change("type", "crate")
    yield change("colour", "red")
    yield change("licenses", [{"expression": "No-Such-License"}])
    yield change("purl", "pkg:cargo/another@0")
    yield change("bom-ref", "pkg:cargo/another@0")


def main(path: str) -> int:
    """Prints the faults, or what was checked."""
    bill = json.loads(Path(path).read_text(encoding="utf-8"))
    if found := faults(bill):
        print(f"error: `{path}` is not a bill of CycloneDX {VERSION.to_version()}", *found, sep="\n  ", file=sys.stderr)
        return 1
    for what, wrong in spoiled(bill):
        if not faults(wrong):
            print(f"error: a bill with {what} was found right", file=sys.stderr)
            return 1
    checked = f"CycloneDX {VERSION.to_version()} by cyclonedx-python-lib {version('cyclonedx-python-lib')}"
    print(f"{len(bill['components'])} components; {checked}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
