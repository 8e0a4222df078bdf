"""PySpark on this machine's cores: one plan that reads the file, judges, and writes both outputs as one table.

usage: peer_pyspark.py FILE OUT

`multiLine` is what a file with line breaks inside quotes needs; without it Spark splits such records and loses good
ones. A file cannot be split then, so one task parses it. The outputs are the two partitions of the table.
"""

import os
import sys
from functools import reduce
from operator import add, or_
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.functions import col

import rules
from rules import AMOUNT, CHANGE_TYPE, COMPANY_ID, DATE, NATURE, NPI, PAYMENTS, RECIPIENT_TYPE, RECORD_ID, ZIP

FILE, OUT = sys.argv[1], Path(sys.argv[2])


def unlike(column: str, pattern: str) -> Column:
    """The cell does not match."""
    return ~col(column).rlike(pattern)


def strange(column: str, values: list[str]) -> Column:
    """The cell is none of the values."""
    return ~col(column).isin(values)


def check_digit() -> Column:
    """The sum over the check digit."""
    digits = [f.substring(NPI, place, 1).cast("int") for place in range(1, 11)]
    doubled = [f.when(digit > 4, digit * 2 - 9).otherwise(digit * 2) for digit in digits]
    terms = [digit if place % 2 else doubled[place] for place, digit in enumerate(digits)]
    return reduce(add, terms) + rules.LUHN_START


def wrong_date() -> Column:
    """No date of the calendar, or one of another year."""
    date = f.to_date(DATE, "MM/dd/yyyy")
    other_year = f.year(date) != col(rules.YEAR).cast("int")
    return col(DATE).isNotNull() & (unlike(DATE, rules.DATE_PATTERN) | date.isNull() | other_year)


def judged(records: DataFrame) -> DataFrame:
    """The records with the rules they break, and whether there are none."""
    hospital = col(RECIPIENT_TYPE) == rules.HOSPITAL
    amount = col(AMOUNT).cast("decimal(18,2)")
    number = col(PAYMENTS).cast("int")
    # What is true of a bad record; null, so not bad, where the cell is blank.
    broken = {
        "R01": reduce(or_, (col(column).isNull() for column in rules.REQUIRED)),
        "R02": unlike(RECORD_ID, rules.ID_PATTERN),
        "R03": unlike(COMPANY_ID, rules.ID_PATTERN),
        "R04": unlike(AMOUNT, rules.AMOUNT_PATTERN)
        | ~amount.between(f.lit(rules.LEAST_AMOUNT).cast("decimal(18,2)"), f.lit(int(rules.GREATEST_AMOUNT))),
        "R05": wrong_date(),
        "R06": strange(CHANGE_TYPE, rules.CHANGE_TYPES),
        "R07": strange(RECIPIENT_TYPE, rules.RECIPIENT_TYPES),
        "R08": strange(NATURE, rules.NATURES),
        "R09": unlike(ZIP, rules.ZIP_PATTERN),
        "R10": unlike(NPI, rules.NPI_PATTERN) | (check_digit() % 10 != 0),
        "R11": f.when(hospital, col(rules.HOSPITAL_ID).isNull()).otherwise(col(rules.PROFILE_ID).isNull()),
        "R12": col(PAYMENTS).isNotNull() & ~f.coalesce(number.between(1, rules.GREATEST_PAYMENTS), f.lit(False)),
        "R13": col("repeated").isNotNull(),
    }
    counted = records.groupBy(RECORD_ID).count().where((col("count") > 1) & col(RECORD_ID).isNotNull())
    # Few identifiers repeat, so they go to every task instead of all records being shuffled.
    repeated = f.broadcast(counted.select(col(RECORD_ID).alias("repeated")))
    reasons = f.concat_ws(",", *(f.when(bad, f.lit(rule)) for rule, bad in broken.items()))
    joined = records.join(repeated, col(RECORD_ID) == col("repeated"), "left")
    return joined.withColumn("reasons", reasons).drop("repeated").withColumn("good", col("reasons") == "")


def main() -> None:
    spark = (
        SparkSession.builder.master("local[*]")
        # Half of a small machine's memory, and enough for the job; the default of 1 GB is short for multi-line files.
        .config("spark.driver.memory", "4g")
        .config("spark.ui.enabled", "false")
        # The only shuffle counts identifiers; the default of 200 partitions is for clusters.
        .config("spark.sql.shuffle.partitions", str(os.cpu_count()))
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.local.dir", str(OUT / "scratch"))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    records = spark.read.csv(FILE, header=True, quote='"', escape='"', multiLine=True, inferSchema=False)
    judged(records).write.partitionBy("good").option("compression", "zstd").parquet(str(OUT / "split"))
    # The JVM does the work: only a process that was waited for is counted.
    gateway = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


if __name__ == "__main__":
    main()
