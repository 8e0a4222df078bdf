"""Data passed from one DAG to the next in events of partitioned assets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from airflow.sdk import Asset, Context

if TYPE_CHECKING:
    from pydantic import JsonValue


def results(context: Context) -> list[dict[str, Any]]:
    """Results that triggered the run, or that a manual run was given."""
    triggering: dict[Any, Any] = context.get("triggering_asset_events") or {}
    found = [
        one for events in triggering.values() for event in events for one in (event.extra or {}).get("results", [])
    ]
    return found or list(context["params"]["results"])


def tell(context: Context, asset: Asset, done: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Emits the event for the year."""
    year = context["dag_run"].partition_key or context["params"].get("year") or done[0]["year"]
    event = context["outlet_events"][asset]
    event.extra = {"year": year, "results": cast("JsonValue", done)}
    if context["dag_run"].partition_key is None:
        event.add_partitions(year)
    return done
