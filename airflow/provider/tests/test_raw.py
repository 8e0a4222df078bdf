"""The choice of the landed files of a year to judge."""

import pytest

from assay_provider.landing.land import Landed
from open_payments import raw

OLD, NEW, AGAIN = (f"OP_DTL_GNRL_PGYR2023_P{rest}.csv" for rest in ("06282024", "01302025", "06282024_06122024"))
RESEARCH = "OP_DTL_RSRCH_PGYR2023_P06282024.csv"
OTHER_YEAR = "OP_DTL_GNRL_PGYR2022_P06282024.csv"


@pytest.mark.parametrize(
    ("landed", "kinds", "publication", "chosen"),
    [
        ([OLD, NEW], ["general"], None, [NEW]),
        ([NEW, OLD], ["general"], None, [NEW]),
        ([OLD, NEW], ["general"], "2024-06-28", [OLD]),
        ([OLD, AGAIN], ["general"], None, [AGAIN]),
        ([AGAIN, OLD], ["general"], None, [OLD]),
        ([OLD, AGAIN, NEW], ["general"], "2024-06-28", [AGAIN]),
        ([OLD], ["general"], "2020-01-01", []),
        ([OLD, RESEARCH], ["general"], None, [OLD]),
        ([NEW, RESEARCH], ["general", "research"], None, [NEW, RESEARCH]),
        ([OTHER_YEAR, "notes.csv"], ["general"], None, []),
        ([f"PGYR2023_P06282024.zip={OLD}|{RESEARCH}"], ["general"], None, [OLD]),
        ([f"PGYR2023_P06282024.zip={OLD}|{RESEARCH}", AGAIN], ["general", "research"], None, [AGAIN, RESEARCH]),
    ],
)
def test_of_each_kind_the_newest_that_landed_last(
    landed: list[str], kinds: list[str], publication: str | None, chosen: list[str]
) -> None:
    found = []
    for place, text in enumerate(landed):
        name, _, entries = text.partition("=")
        found.append(
            Landed(
                url=f"file:///raw/year=2023/{name}",
                name=name,
                year="2023",
                size=1,
                digest="",
                origin="",
                landed_at=f"2026-01-0{place + 1}T00:00:00.000Z",
                entries=tuple(f"folder/{entry}" for entry in entries.split("|")) if entries else (),
            )
        )
    names = [one.name for one in raw.choose(raw.files(found, "2023"), kinds, publication)]
    assert sorted(names) == sorted(chosen)
    for one in raw.files(found, "2023"):
        if "PGYR2023_P06282024.zip" in one.arguments["file"]:
            assert one.arguments["entry"] == f"folder/{one.name}"
