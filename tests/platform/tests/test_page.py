"""The page shows the findings, and never as markup."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from test_numbers import ALL, GOOD, TRUTH

from one_machine import page, terminal
from one_machine.numbers import compare
from one_machine.publisher import Sums
from one_machine.seen import Company, Rejected, Seen

NASTY = "<script>alert(1)</script>"


def seen(warehouse: Sums = GOOD, faults: list[str] | None = None) -> Seen:
    years = compare([TRUTH], {**{name: {"2019": sums} for name, sums in ALL.items()}, "warehouse": {"2019": warehouse}})
    companies = [Company("2019", NASTY, 3, Decimal("90.00"))]
    return Seen(years, (TRUTH, GOOD), companies, [Rejected("amount", 1, NASTY)], faults or [])


def story() -> Any:
    tools = SimpleNamespace(trino=None, versitygw=None)
    world = SimpleNamespace(tools=tools, warehouse=NASTY)
    screen = SimpleNamespace(lines=[NASTY], seconds=lambda: 61.0)
    return SimpleNamespace(
        platform=SimpleNamespace(world=world),
        screen=screen,
        held=NASTY,
        refused=[NASTY],
        took={NASTY: 2.0},
        typed=[NASTY],
    )


@pytest.mark.parametrize(
    ("found", "page_says", "terminal_says"),
    [
        (seen(), "Every row and every cent is where it has to be", "Every row and every cent is at every station"),
        (
            seen(Sums(8, Decimal("80.00")), ["2019 warehouse: 8 rows"]),
            "expected 9 and $90.00",
            "NOT ALL AGREES",
        ),
    ],
)
def test_both_say_whether_all_agrees(tmp_path: Any, found: Seen, page_says: str, terminal_says: str) -> None:
    written = page.write(tmp_path / "page.html", story(), found).read_text()
    assert page_says in written
    assert terminal_says in terminal.text(found)


def test_what_comes_from_data_is_not_markup(tmp_path: Any) -> None:
    written = page.write(tmp_path / "page.html", story(), seen(faults=[NASTY])).read_text()
    assert NASTY not in written
    # Each place that shows it: faults, held, refused, parts, rules, companies, typed, address, screen.
    assert written.count("&lt;script&gt;") == 9
