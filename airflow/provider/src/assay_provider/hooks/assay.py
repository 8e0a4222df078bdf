"""The connection type `assay`: where the program is, and its environment variables."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import Any, ClassVar

from airflow.sdk import BaseHook

# `assay --version` answers in milliseconds; a cold disk may need a while.
VERSION_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a connection's `extra`, with their defaults."""

    binary: str = "assay"
    rules: str | None = None
    plugins: str | None = None
    cache: str | None = None
    endpoint_url: str | None = None
    env: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, extra: dict[str, Any]) -> Settings:
        """Raises `ValueError` for unknown options, which are probably misspelled."""
        known = set(cls.__slots__)
        if unknown := sorted(set(extra) - known):
            raise ValueError(f"`{unknown[0]}` in the connection's extra is unknown; expected one of {sorted(known)}")
        env = {str(name): str(value) for name, value in (extra.get("env") or {}).items()}
        return cls(**{**extra, "env": env})


class AssayHook(BaseHook):
    """Settings of the host, from a connection of type `assay`. Credentials for buckets belong in the environment or in
    a role, where the host finds them.

    :param assay_conn_id: the connection, or None for `assay` from the PATH
    """

    conn_name_attr: ClassVar[str] = "assay_conn_id"
    default_conn_name: ClassVar[str] = "assay_default"
    conn_type: ClassVar[str] = "assay"
    hook_name: ClassVar[str] = "Assay"

    def __init__(self, assay_conn_id: str | None = None) -> None:
        super().__init__()
        self.assay_conn_id = assay_conn_id

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """The layout of the connection's form."""
        return {
            "hidden_fields": ["host", "schema", "login", "password", "port"],
            "relabeling": {},
            "placeholders": {"extra": '{"binary": "/opt/assay/bin/assay", "cache": "/var/cache/assay"}'},
        }

    def get_conn(self) -> Settings:
        """The settings."""
        if self.assay_conn_id is None:
            return Settings()
        return Settings.of(self.get_connection(self.assay_conn_id).extra_dejson)

    def test_connection(self) -> tuple[bool, str]:
        """Asks the program for its version."""
        try:
            done = subprocess.run(
                [self.get_conn().binary, "--version"],
                capture_output=True,
                text=True,
                timeout=VERSION_SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            return False, str(error)
        return True, done.stdout.strip()
