"""Waits for landed files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseSensorOperator, Context, PokeReturnValue

from assay_provider import places
from assay_provider.landing.land import landed


class AssayRawFileSensor(BaseSensorOperator):
    """Waits until files of a year have landed after `since`; returns their URLs.

    :param raw: folder or `s3://bucket/prefix` of raw files, with subfolders `year=…`
    :param year: the year
    :param since: time in ISO 8601, UTC; files landed before do not count (default: all count)
    """

    template_fields: Sequence[str] = ("raw", "year", "since")

    def __init__(self, *, raw: str, year: str, since: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.raw = raw
        self.year = year
        self.since = since

    def poke(self, context: Context) -> PokeReturnValue:  # noqa: ARG002 (Airflow's signature)
        """Checks once."""
        found = [
            one for one in landed(places.open_place(self.raw), str(self.year)) if one.landed_at > (self.since or "")
        ]
        self.log.info("%d files of %s below %s", len(found), self.year, self.raw)
        return PokeReturnValue(is_done=bool(found), xcom_value=[one.url for one in found])
