"""Airflow provider for assay: hook, operators, sensor and landing. See `get_provider_info` and the README."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def get_provider_info() -> dict[str, Any]:
    """The metadata that Airflow reads from the entry point `apache_airflow_provider`."""
    return {
        "package-name": "airflow-provider-assay",
        "name": "Assay",
        "description": "Judges CSV files by assay and publishes what passes.",
        "versions": [__version__],
        "connection-types": [{"connection-type": "assay", "hook-class-name": "assay_provider.hooks.assay.AssayHook"}],
        "operators": [
            {
                "integration-name": "Assay",
                "python-modules": [
                    "assay_provider.operators.assay",
                    "assay_provider.operators.docker",
                    "assay_provider.operators.ecs",
                ],
            }
        ],
        "sensors": [{"integration-name": "Assay", "python-modules": ["assay_provider.sensors.raw"]}],
        "hooks": [{"integration-name": "Assay", "python-modules": ["assay_provider.hooks.assay"]}],
    }
