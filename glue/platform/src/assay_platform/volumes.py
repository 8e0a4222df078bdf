"""Volumes, speeds and sizes of the platform: the inputs of `docs/cost.md` and `docs/capacity.md`. A measured value says
where it was measured; any other is called an allowance.
"""

from __future__ import annotations

from decimal import Decimal

# General payments of 2013 to 2025, as CMS publishes them. Research adds a tenth of the bytes.
YEARS = 13
RECORDS = 150_000_000
CSV_GB = Decimal(105)
# The largest file: program year 2025.
LARGEST_GB, LARGEST_RECORDS = Decimal("9.227"), 16_131_856
# Two publications a year; the one in June restates all years that are not frozen, and adds a new one.
PUBLISHED_AT_ONCE, PUBLICATIONS_A_YEAR = 7, 2

# Bytes per record, measured on 1.6 million generated records (`docs/capacity.md`); the arithmetic doubles them, since
# real texts repeat less than generated ones.
VALIDATED_BYTES, CURATED_BYTES, REAL_TEXTS = Decimal(44), Decimal(31), 2
# Redshift is assumed to need as much; its own compression was not measured.
WAREHOUSE_BYTES = CURATED_BYTES

# The host on two cores, MB of CSV per second: from and to a bucket over a 200 MB/s link (`docs/speed-s3.md`). It is
# faster with a local bucket (180) and from a disk (157 to 386 per core).
HOST_MB_S = Decimal(86)
HOST_CORES_MEASURED = 2
# Its peak resident memory, MB (`docs/performance.md`: 10 GB on 2 threads; on 64).
HOST_PEAK_MB, HOST_PEAK_MB_64 = 199, 224
# Requests of a run per GB, as the server counted them (`docs/speed-s3.md`), and the size of an upload part in landing.
HOST_PUTS_A_GB, HOST_GETS_A_GB, PART_MB = Decimal(21), Decimal(249), Decimal("8.388608")

# Spark on two cores and a local disk, CPU seconds: the fixed part, and per million records (`docs/capacity.md`).
SPARK_FIXED_CPU_S, SPARK_CPU_S_A_MILLION = Decimal(90), Decimal(27)

# The defaults of `terraform/`.
HOST_VCPU, HOST_GB = 4, 8
GLUE_DPU = 5
REDSHIFT_RPU = 4
AIRFLOW_DISK_GB = 50

# Allowances: none of these could be measured without an account.
TASK_START_S = Decimal(60)
GLUE_MINUTES_A_YEAR = Decimal(10)
REDSHIFT_MINUTES_A_YEAR = Decimal(10)
SPARK_PUTS_A_YEAR, SPARK_GETS_A_YEAR = Decimal(3_000), Decimal(30_000)
LOG_GB_A_YEAR = Decimal("0.05")
METRICS, ALARMS = 4, 4
# Maintenance, on Sundays: one job that looks and one that removes. Five minutes each, including the start, are an
# allowance.
MAINTAIN_DPU = 2
MAINTAIN_HOURS_A_MONTH = Decimal(52) / 12 * 2 * 5 / 60
HOURS_A_MONTH = Decimal(730)


def gb(bytes_a_record: Decimal, records: Decimal) -> Decimal:
    """Gigabytes for this many real records; `REAL_TEXTS` corrects for texts that repeat less."""
    return bytes_a_record * REAL_TEXTS * records / 1_000_000_000


def mean_year() -> tuple[Decimal, Decimal]:
    """GB of CSV and number of records of an average year."""
    return CSV_GB / YEARS, Decimal(RECORDS) / YEARS


def host_seconds(csv_gb: Decimal) -> Decimal:
    """Seconds the host takes for a file, from and to a bucket, not counting the start of the task."""
    return csv_gb * 1000 / HOST_MB_S


def spark_cpu_seconds(records: Decimal) -> Decimal:
    """CPU seconds of the curate job for a year of so many records."""
    return SPARK_FIXED_CPU_S + SPARK_CPU_S_A_MILLION * records / 1_000_000
