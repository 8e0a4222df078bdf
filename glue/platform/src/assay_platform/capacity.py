"""How long all years take on one machine and on several, for `docs/capacity.md`, which `cost` writes."""

from __future__ import annotations

from decimal import Decimal

from assay_platform import volumes as v

# Concurrent hosts, the size of Airflow's pool.
POOLS = (1, 2, 4, 7, 13)
# Cores of a G.1X Glue worker; one of the workers is the driver, which processes no data.
WORKER_CORES = 4
WORKERS = (2, 5, 10)


def one_machine() -> str:
    """All years, one after the other, on the machine that was measured: two cores, one file at a time."""
    csv, records = Decimal(v.CSV_GB), Decimal(v.RECORDS)
    judge = v.host_seconds(csv)
    spark = sum((v.spark_cpu_seconds(records / v.YEARS) for _ in range(v.YEARS)), Decimal(0))
    rows = [
        ("judge, over a link of 200 MB/s", f"{csv} GB at {v.HOST_MB_S} MB/s", judge),
        ("curate, two cores always busy", f"{v.YEARS} jobs of {spark / v.YEARS:.0f} CPU seconds", spark / 2),
    ]
    listed = [f"| {what} | {how} | {seconds / 60:.0f} |" for what, how, seconds in rows]
    total = sum(seconds for *_, seconds in rows)
    return "\n".join(
        ["| station | arithmetic | minutes |", "|---|---|---:|", *listed, f"| **total** | | **{total / 60:.0f}** |"]
    )


def tasks() -> str:
    """All years by number of concurrent tasks, each as fast as the one that was measured."""
    csv, _ = v.mean_year()
    each = v.host_seconds(csv) + v.TASK_START_S
    longest = v.host_seconds(v.LARGEST_GB) + v.TASK_START_S
    rows = []
    for pool in POOLS:
        rounds = -(-v.YEARS // pool)
        seconds = max(each * rounds, longest)
        rows.append(
            f"| {pool} | {rounds} | {seconds / 60:.1f} | {pool * v.HOST_MB_S * 2:.0f} | "
            f"{pool * v.HOST_VCPU} | {pool * v.HOST_PEAK_MB} |"
        )
    head = "| tasks at a time | rounds | minutes | MB/s from the bucket | vCPU | MB resident |"
    return "\n".join([head, "|---:|---:|---:|---:|---:|---:|", *rows])


def glue() -> str:
    """A job for the largest year, by number of workers, at half of the cores' capacity."""
    cpu = v.spark_cpu_seconds(Decimal(v.LARGEST_RECORDS))
    scales = cpu - v.SPARK_FIXED_CPU_S
    rows = []
    for workers in WORKERS:
        cores = (workers - 1) * WORKER_CORES
        seconds = v.SPARK_FIXED_CPU_S + scales * v.REAL_TEXTS / cores * 2
        rows.append(f"| {workers} | {cores} | {seconds / 60:.1f} |")
    head = "| G.1X workers | working cores | minutes |"
    return "\n".join([head, "|---:|---:|---:|", *rows])


def tables() -> dict[str, str]:
    """Tables by name."""
    return {"one-machine": one_machine(), "tasks": tasks(), "glue": glue()}
