"""How much there is, how fast it goes, and what the platform is given: what `docs/cost.md` and `docs/capacity.md` count
with. What was measured says where; what was not is called an allowance.
"""

from __future__ import annotations

from decimal import Decimal

# General payments of 2013 to 2025, as CMS publishes them. Research adds a tenth of the bytes.
YEARS = 13
RECORDS = 150_000_000
CSV_GB = Decimal(105)
# The largest file: program year 2025.
LARGEST_GB, LARGEST_RECORDS = Decimal("9.227"), 16_131_856
# Two publications a year; the June one restates all years that are not frozen, and brings a new one.
PUBLISHED_AT_ONCE, PUBLICATIONS_A_YEAR = 7, 2

# Bytes a record, measured on 1.6 million generated records (`docs/capacity.md`); twice that is counted, since real
# texts repeat less than generated ones.
VALIDATED_BYTES, CURATED_BYTES, REAL_TEXTS = Decimal(44), Decimal(31), 2
# The same again in Redshift, whose own compression was not measured.
WAREHOUSE_BYTES = CURATED_BYTES

# The host on two cores, MB of CSV a second: from and to a bucket over a link of 200 MB/s (`docs/speed-s3.md`), which is
# less than it does with a bucket beside it (180) and from a disk (157 to 386 a core).
HOST_MB_S = Decimal(86)
HOST_CORES_MEASURED = 2
# What it has resident at most, MB (`docs/performance.md`: 10 GB on 2 threads; on 64).
HOST_PEAK_MB, HOST_PEAK_MB_64 = 199, 224
# Requests of a run for each GB, as the server counted them (`docs/speed-s3.md`), and the size of a part that is landed.
HOST_PUTS_A_GB, HOST_GETS_A_GB, PART_MB = Decimal(21), Decimal(249), Decimal("8.388608")

# Spark on two cores and a local disk, CPU seconds: whatever the size, and for a million records (`docs/capacity.md`).
SPARK_FIXED_CPU_S, SPARK_CPU_S_A_MILLION = Decimal(90), Decimal(27)

# What `terraform/` gives by default.
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
# Maintenance, on Sundays: a job that looks, and one that removes. Five minutes are an allowance, the start included.
MAINTAIN_DPU = 2
MAINTAIN_HOURS_A_MONTH = Decimal(52) / 12 * 2 * 5 / 60
HOURS_A_MONTH = Decimal(730)


def gb(bytes_a_record: Decimal, records: Decimal) -> Decimal:
    """Gigabytes that real records take, counting with `REAL_TEXTS`."""
    return bytes_a_record * REAL_TEXTS * records / 1_000_000_000


def mean_year() -> tuple[Decimal, Decimal]:
    """GB of CSV and records of a year of average size."""
    return CSV_GB / YEARS, Decimal(RECORDS) / YEARS


def host_seconds(csv_gb: Decimal) -> Decimal:
    """How long the host takes for a file, from and to a bucket, without starting the task."""
    return csv_gb * 1000 / HOST_MB_S


def spark_cpu_seconds(records: Decimal) -> Decimal:
    """CPU seconds of the curating job for a year."""
    return SPARK_FIXED_CPU_S + SPARK_CPU_S_A_MILLION * records / 1_000_000
