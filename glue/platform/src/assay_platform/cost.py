"""`python -m assay_platform.cost`: what the platform costs on AWS, from `docs/prices.json` and `volumes`. `--write`
puts the tables into `docs/cost.md` and `docs/capacity.md`; a test fails if they are stale.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from assay_platform import capacity
from assay_platform import volumes as v

DOCS = Path(__file__).resolve().parents[4] / "docs"


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit. `seen` says how far to trust it: an AWS page, quoted by others, from memory."""

    usd: Decimal
    unit: str
    what: str
    source: str
    seen: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a bill: units of a price."""

    what: str
    quantity: Decimal
    price: str

    def usd(self, prices: Mapping[str, Price]) -> Decimal:
        """Its cost in US dollars."""
        return self.quantity * prices[self.price].usd


def read_prices(path: Path = DOCS / "prices.json") -> dict[str, Price]:
    """The dated table of prices."""
    found = json.loads(path.read_text(encoding="utf-8"))["prices"]
    return {name: Price(**{**one, "usd": Decimal(one["usd"])}) for name, one in found.items()}


def year(published: int = 1) -> list[Line]:
    """An average year, from CMS into the warehouse, with `published` years in the lake (for the scans)."""
    csv, records = v.mean_year()
    hours = (v.host_seconds(csv) + v.TASK_START_S) / 3600
    scanned = v.gb(v.VALIDATED_BYTES + v.CURATED_BYTES, records) * published
    return [
        Line("download from CMS through the NAT gateway", csv, "nat_gb"),
        Line("land: parts of 8 MiB", csv * 1000 / v.PART_MB, "s3_put"),
        Line("judge: write requests", csv * v.HOST_PUTS_A_GB, "s3_put"),
        Line("judge: read requests", csv * v.HOST_GETS_A_GB, "s3_get"),
        Line(f"judge: {v.HOST_VCPU} vCPU", hours * v.HOST_VCPU, "fargate_vcpu"),
        Line(f"judge: {v.HOST_GB} GB", hours * v.HOST_GB, "fargate_gb"),
        Line(f"curate: {v.GLUE_DPU} workers", v.GLUE_MINUTES_A_YEAR / 60 * v.GLUE_DPU, "glue_dpu"),
        Line("curate: write requests", v.SPARK_PUTS_A_YEAR, "s3_put"),
        Line("curate: read requests", v.SPARK_GETS_A_YEAR, "s3_get"),
        Line(f"load: {v.REDSHIFT_RPU} RPU", v.REDSHIFT_MINUTES_A_YEAR / 60 * v.REDSHIFT_RPU, "redshift_rpu"),
        Line("validate: one Athena scan of everything published", scanned, "athena_scan"),
        Line("logs", v.LOG_GB_A_YEAR, "logs_ingest"),
    ]


def years(first: int, count: int) -> list[Line]:
    """`count` years, which bring the lake to `first` + 1, `first` + 2 … years; equal lines are summed."""
    runs = [year(min(first + one, v.YEARS)) for one in range(1, count + 1)]
    added = (sum((one.quantity for one in same), Decimal(0)) for same in zip(*runs, strict=True))
    return [replace(line, quantity=quantity) for line, quantity in zip(runs[0], added, strict=True)]


def rest() -> list[Line]:
    """A month in which nothing runs, with all years published."""
    records = Decimal(v.RECORDS)
    return [
        Line("raw files", v.CSV_GB, "s3_storage"),
        Line("validated", v.gb(v.VALIDATED_BYTES, records), "s3_storage"),
        Line("curated", v.gb(v.CURATED_BYTES, records), "s3_storage"),
        Line("warehouse", v.gb(v.WAREHOUSE_BYTES, records), "redshift_storage"),
        Line("Airflow's machine", v.HOURS_A_MONTH, "ec2_t3_large"),
        Line("Airflow's disk", Decimal(v.AIRFLOW_DISK_GB), "ebs_gp3"),
        Line("NAT gateway", v.HOURS_A_MONTH, "nat_hour"),
        Line("a public address", v.HOURS_A_MONTH, "ipv4_hour"),
        Line(f"maintain: {v.MAINTAIN_DPU} workers, weekly", v.MAINTAIN_HOURS_A_MONTH * v.MAINTAIN_DPU, "glue_dpu"),
        Line("metrics", Decimal(v.METRICS), "metric"),
        Line("alarms", Decimal(v.ALARMS), "alarm"),
        Line("log storage", v.LOG_GB_A_YEAR * v.YEARS, "logs_storage"),
        Line("key", Decimal(1), "kms_key"),
        Line("secret", Decimal(1), "secret"),
    ]


def kept_a_year() -> list[Line]:
    """The monthly cost that each year of restatements adds, since publications are kept."""
    csv, records = v.mean_year()
    runs = v.PUBLISHED_AT_ONCE * v.PUBLICATIONS_A_YEAR
    derived = v.gb(v.VALIDATED_BYTES + v.CURATED_BYTES, records) * runs
    return [Line("raw files", csv * runs, "s3_storage"), Line("validated and curated", derived, "s3_storage")]


def asked() -> list[Line]:
    """Queries: an hour of analysts in the warehouse; one Athena query over all payments."""
    scanned = v.gb(v.CURATED_BYTES, Decimal(v.RECORDS))
    return [
        Line("an hour of queries in the warehouse", Decimal(v.REDSHIFT_RPU), "redshift_rpu"),
        Line("an Athena query over all curated columns", scanned, "athena_scan"),
    ]


def bill(lines: Sequence[Line], prices: Mapping[str, Price], *, total: bool = True) -> str:
    """A bill as a table."""
    rows = ["| | quantity | at USD | USD |", "|---|---:|---:|---:|"]
    for line in lines:
        price = prices[line.price]
        at = f"{price.usd.normalize():f} / {price.unit}"
        rows.append(f"| {line.what} | {_short(line.quantity)} | {at} | {line.usd(prices):.3f} |")
    if total:
        rows.append(f"| **total** | | | **{_sum(lines, prices):.2f}** |")
    return "\n".join(rows)


def tables(prices: Mapping[str, Price]) -> dict[str, str]:
    """All generated tables by name."""
    at_once = years(v.YEARS - v.PUBLISHED_AT_ONCE, v.PUBLISHED_AT_ONCE)
    totals = {
        "one year, land to load, the first time": year(),
        f"all {v.YEARS} years": years(0, v.YEARS),
        "one year restated, with all years published": year(v.YEARS),
        f"a CMS publication: {v.PUBLISHED_AT_ONCE} years": at_once,
        "a month at rest": rest(),
        "without a NAT gateway": [one for one in rest() if one.price != "nat_hour"],
        "without a NAT gateway, Airflow's machine stopped": [
            one for one in rest() if one.price not in {"nat_hour", "ipv4_hour", "ec2_t3_large"}
        ],
        "added to a month by each year of restatements": kept_a_year(),
    }
    whole = [f"| {what} | {_sum(lines, prices):.2f} |" for what, lines in totals.items()]
    runs = sum(_sum(at_once, prices) for _ in range(v.PUBLICATIONS_A_YEAR)) + 12 * _sum(rest(), prices)
    whole.append(f"| **a calendar year: {v.PUBLICATIONS_A_YEAR} publications, 12 months** | **{runs:.0f}** |")
    listed = [f"| {p.what} | {p.usd.normalize():f} / {p.unit} | {p.source} | {p.seen} |" for p in prices.values()]
    return {
        "totals": "\n".join(["| what | USD |", "|---|---:|", *whole]),
        "year": bill(year(), prices),
        "all-years": bill(years(0, v.YEARS), prices),
        "rest": bill(rest(), prices),
        "asked": bill(asked(), prices, total=False),
        "prices": "\n".join(["| what | USD | source | seen |", "|---|---:|---|---|", *listed]),
        **capacity.tables(),
    }


def filled(page: str, made: Mapping[str, str]) -> str:
    """The page with its tables rewritten: the text between `<!-- table NAME -->` and `<!-- end -->`."""
    return re.sub(
        r"(<!-- table ([\w-]+) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}{made[found[2]]}\n{found[3]}",
        page,
        flags=re.DOTALL,
    )


def _sum(lines: Sequence[Line], prices: Mapping[str, Price]) -> Decimal:
    return sum((line.usd(prices) for line in lines), Decimal(0))


def _short(quantity: Decimal) -> str:
    return f"{quantity:,.0f}" if quantity >= 100 else f"{quantity:.3g}"  # noqa: PLR2004 - three digits are enough for a reader


def run(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m assay_platform.cost", description="What the platform costs on AWS")
    parser.add_argument("--write", action="store_true", help="write the tables to docs/ instead of only printing them")
    given = parser.parse_args(arguments)
    made = tables(read_prices())
    if not given.write:
        sys.stdout.write("\n\n".join(f"{name}\n{table}" for name, table in made.items()) + "\n")
        return 0
    for name in ("cost.md", "capacity.md"):
        page = DOCS / name
        page.write_text(filled(page.read_text(encoding="utf-8"), made), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(run())
