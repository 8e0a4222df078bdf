"""The end of a run, for a terminal."""

from __future__ import annotations

from one_machine.numbers import Cell
from one_machine.seen import Seen

_MOST = 5


def text(seen: Seen) -> str:
    """Rows and dollars at every station, what is held back, who pays most, and whether everything agrees."""
    stations = [cell.station for cell in seen.years[0].cells]
    lines = [f"{'':14}" + "".join(f"{station:>22}" for station in stations)]
    for year in seen.years:
        lines.append(f"{year.truth.year} rows     " + "".join(f"{_rows(cell):>22}" for cell in year.cells))
        lines.append(f"{'':5}dollars  " + "".join(f"{_dollars(cell):>22}" for cell in year.cells))
    old, travelled = seen.before
    was = "gone" if travelled is None else f"{travelled.records:,} rows, {travelled.dollars:,} dollars"
    lines += ["", f"{old.year} as it was published on {old.publication}, by time travel: {was}"]
    lines += ["", "held back, by rule"]
    lines += [f"{one.records:>8,}  {one.rule}: {one.example}" for one in seen.rejected[:_MOST]]
    lines += ["", "who pays most"]
    for year in seen.years:
        top = [one for one in seen.companies if one.year == year.truth.year][:3]
        lines += [f"{one.dollars:>18,}  {one.year}  {one.name}" for one in top]
    lines.append("")
    if seen.agrees:
        lines.append("Every row and every cent is at every station where it has to be.")
    else:
        lines += ["NOT ALL AGREES:", *(f"  {fault}" for fault in seen.faults)]
    return "\n".join(lines)


def _rows(cell: Cell) -> str:
    return "missing" if cell.found is None else f"{cell.found.records:,}{'' if cell.agrees else ' !'}"


def _dollars(cell: Cell) -> str:
    return "" if cell.found is None else f"{cell.found.dollars:,}{'' if cell.agrees else ' !'}"
