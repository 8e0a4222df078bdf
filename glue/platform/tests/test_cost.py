"""The pages on cost and capacity match their arithmetic, and the arithmetic is right."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from assay_platform import capacity, cost, volumes
from assay_platform.cost import Line, Price

PRICES = cost.read_prices()


def total(lines: list[Line]) -> Decimal:
    return sum((one.usd(PRICES) for one in lines), Decimal(0))


@pytest.mark.parametrize("page", ["cost.md", "capacity.md"])
def test_pages_have_the_tables_that_are_written(page: str) -> None:
    text = (cost.DOCS / page).read_text(encoding="utf-8")
    assert cost.filled(text, cost.tables(PRICES)) == text, "run `python -m assay_platform.cost --write`"


def test_every_table_stands_in_a_page() -> None:
    text = "".join((cost.DOCS / page).read_text(encoding="utf-8") for page in ("cost.md", "capacity.md"))
    assert set(re.findall(r"<!-- table ([\w-]+) -->", text)) == set(cost.tables(PRICES))


def test_another_price_is_another_page() -> None:
    text = (cost.DOCS / "cost.md").read_text(encoding="utf-8")
    dearer = PRICES | {"glue_dpu": replace(PRICES["glue_dpu"], usd=Decimal("0.45"))}
    assert cost.filled(text, cost.tables(dearer)) != text


@pytest.mark.parametrize(
    ("what", "by_hand"),
    [
        # 5 DPU for 10 minutes; 4 RPU for 10 minutes.
        ("curate: 5 workers", 5 * 10 / 60 * 0.44),
        ("load: 4 RPU", 4 * 10 / 60 * 0.375),
        # 105 GB in 13 files: 8.077 GB at 86 MB/s is 93.9 s, and a minute to start.
        ("judge: 4 vCPU", 4 * (93.9 + 60) / 3600 * 0.04048),
        ("download from CMS through the NAT gateway", 8.077 * 0.045),
        # 11.54 million records of 2 x 75 bytes, at 5 USD per TB.
        ("validate: one Athena scan of everything published", 11.54e6 * 150 / 1e12 * 5),
    ],
)
def test_lines_are_those_by_hand(what: str, by_hand: float) -> None:
    (line,) = [one for one in cost.year() if one.what == what]
    assert float(line.usd(PRICES)) == pytest.approx(by_hand, rel=1e-3)


def test_all_years_are_their_sum_and_scan_more_each() -> None:
    each = [total(cost.year(one)) for one in range(1, volumes.YEARS + 1)]
    assert total(cost.years(0, volumes.YEARS)) == sum(each)
    assert each == sorted(each)
    assert each[0] < each[-1]


@pytest.mark.parametrize("lines", [cost.year, cost.rest, cost.kept_a_year, cost.asked])
def test_each_line_has_a_price_and_an_amount(lines: Callable[[], list[Line]]) -> None:
    assert all(one.price in PRICES and one.quantity > 0 for one in lines())


def test_prices_are_dated_and_say_how_far_to_trust_them() -> None:
    found = json.loads((cost.DOCS / "prices.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["date"])
    assert found["region"] == "us-east-1"
    for one in PRICES.values():
        assert one.usd > 0
        assert one.source
        assert re.match(r"AWS page|quoted by others|from memory", one.seen), one
    used = {one.price for lines in (cost.year, cost.rest, cost.asked) for one in lines()}
    assert used == set(PRICES), "a price that nothing uses is not looked up again"


@pytest.mark.parametrize(
    ("table", "line"),
    [
        # 105 GB at 86 MB/s are 1,221 s; 13 * (90 + 27 * 150 / 13) CPU seconds on two cores are 2,610 s.
        ("one-machine", "| judge, over a link of 200 MB/s | 105 GB at 86 MB/s | 20 |"),
        ("one-machine", "| **total** | | **64** |"),
        # Two rounds of 153.9 s; a task reads its file twice, so 172 MB/s each.
        ("tasks", "| 7 | 2 | 5.1 | 1204 | 28 | 1393 |"),
        # 90 s, and 27 * 16.13 * 2 CPU seconds at half the speed of 16 cores: 199 s.
        ("glue", "| 5 | 16 | 3.3 |"),
    ],
)
def test_times_are_those_by_hand(table: str, line: str) -> None:
    assert line in capacity.tables()[table].splitlines()


def test_the_command_prints_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cost.run([]) == 0
    assert "| **total** |" in capsys.readouterr().out
    monkeypatch.setattr(cost, "DOCS", tmp_path)
    for page in ("cost.md", "capacity.md"):
        (tmp_path / page).write_text("before\n<!-- table glue -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")
    assert cost.run(["--write"]) == 0
    assert (
        tmp_path / "cost.md"
    ).read_text() == f"before\n<!-- table glue -->\n{capacity.glue()}\n<!-- end -->\nafter\n"


def test_quantities_are_short() -> None:
    price = {"x": Price(Decimal("0.5"), "GB", "x", "x", "memory")}
    table = cost.bill([Line("a", Decimal("1234.5"), "x"), Line("b", Decimal("0.0123"), "x")], price)
    assert table.splitlines()[2:] == [
        "| a | 1,234 | 0.5 / GB | 617.250 |",
        "| b | 0.0123 | 0.5 / GB | 0.006 |",
        "| **total** | | | **617.26** |",
    ]
