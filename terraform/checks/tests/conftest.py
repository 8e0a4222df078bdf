"""One environment, applied to moto once, for all tests of what was applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assay_terraform import moto, tools
from assay_terraform.workspace import Workspace

LAKE, PLATFORM = "environments/dev/lake", "environments/dev/platform"
VARIABLES = ("-var", "release=0.1.0", "-var", "image=0.1.0", "-var", 'emails=["data@example.org"]')


@dataclass(frozen=True)
class Applied:
    """The copy, the server, and the states of both roots."""

    workspace: Workspace
    address: str
    judged: Path
    lake: dict[str, Any]
    platform: dict[str, Any]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy without a server. Skipped if Terraform or its provider is not available."""
    try:
        made = Workspace.at(tmp_path_factory.mktemp("copy"))
        made.init("modules/stack")
    except tools.Missing as missing:
        pytest.skip(str(missing))
    return made


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """Both roots of `dev`, applied."""
    judged = tmp_path_factory.mktemp("judged") / "calls.jsonl"
    with moto.server(judged) as address:
        try:
            copy = Workspace.at(tmp_path_factory.mktemp("applied"), AWS_ENDPOINT_URL=address, **moto.CREDENTIALS)
            for root in (LAKE, PLATFORM):
                moto.point(copy, root, address)
                copy.init(root, backend=True)
        except tools.Missing as missing:
            pytest.skip(str(missing))
        copy.run(LAKE, "apply", "-auto-approve", "-no-color")
        copy.run(PLATFORM, "apply", "-auto-approve", "-no-color", *VARIABLES)
        yield Applied(copy, address, judged, copy.show(LAKE), copy.show(PLATFORM))


@pytest.fixture(scope="session")
def names() -> Path:
    """The single file of names."""
    return tools.TERRAFORM / "platform.json"
