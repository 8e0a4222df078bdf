"""OpenLineage facets of a run. Counts are the report's, which are the audit's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from assay_provider.report import Report

SEVERITY = {"refuse": "error", "error": "error", "warn": "warn", "monitor": "warn"}


def dataset(url: str) -> tuple[str, str]:
    """OpenLineage's namespace and name of a URL or path."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return f"s3://{parts.netloc}", parts.path.lstrip("/") or "/"
    return "file", parts.path if parts.scheme else url


def facets(report: Report) -> Any:
    """`OperatorLineage`, or None if OpenLineage is not installed."""
    try:
        from airflow.providers.openlineage.extractors import OperatorLineage  # noqa: PLC0415 (optional)
        from openlineage.client.event_v2 import InputDataset, OutputDataset  # noqa: PLC0415
        from openlineage.client.facet_v2 import (  # noqa: PLC0415
            data_quality_assertions_dataset,
            data_quality_metrics_input_dataset,
            output_statistics_output_dataset,
        )
    except ImportError:
        return None
    counts = report.records
    assertions = [
        data_quality_assertions_dataset.Assertion(
            assertion=code,
            success=rule["failed"] == 0 and rule["errored"] == 0,
            severity=SEVERITY.get(rule["level"]),
            description=rule["title"],
            actual=f"{rule['failed']} of {rule['evaluated']} failed",
        )
        for code, rule in report.rules.items()
        if rule["level"] != "off"
    ]
    read = InputDataset(
        *dataset(report.document["source"]["location"]),
        inputFacets={
            "dataQualityAssertions": data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(assertions),
            "dataQualityMetrics": data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(
                columnMetrics={}, rowCount=counts["read"], bytes=report.document["source"]["bytes"]
            ),
        },
    )
    written = [
        OutputDataset(
            *dataset(str(report.document[place]).removesuffix("/_commit/manifest.json")),
            outputFacets={
                "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
                    rowCount=counts[count]
                )
            },
        )
        for place, count in (("manifest", "validated"), ("quarantine", "quarantined"))
        if report.document.get(place)
    ]
    # Airflow reports why a run failed: the exception has the reason.
    return OperatorLineage(inputs=[read], outputs=written)
