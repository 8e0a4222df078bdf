"""The page about a run, in a single self-contained file. Everything from data is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from one_machine.numbers import Cell
from one_machine.seen import Seen
from one_machine.story import Story

_TOP = 5


def write(place: Path, story: Story, seen: Seen) -> Path:
    """Writes it; returns `place`."""
    template = Template(resources.files("one_machine").joinpath("page.html").read_text(encoding="utf-8"))
    read = sum(year.truth.read.records for year in seen.years)
    dollars = sum(year.truth.read.dollars for year in seen.years)
    place.write_text(
        template.substitute(
            verdict="agrees" if seen.agrees else "differs",
            headline="Every row and every cent is where it has to be"
            if seen.agrees
            else f"{len(seen.faults)} things are not as they have to be",
            lead=f"{read:,} generated records of ${dollars:,}, judged, registered, curated, loaded, restated and "
            f"rebuilt in {_time(story.screen.seconds())}.",
            faults="".join(f"<li>{escape(fault)}</li>" for fault in seen.faults),
            stations=_stations(seen),
            before=_before(seen),
            held=_held(story),
            refused="".join(f"<li>{escape(one)}</li>" for one in story.refused),
            rejected=_bars((one.rule, one.records, f"{one.records:,}", one.example) for one in seen.rejected[:10]),
            companies="".join(_companies(seen, year.truth.year) for year in seen.years),
            parts="".join(
                f"<tr><td>{escape(title)}</td><td>{_time(took)}</td></tr>" for title, took in story.took.items()
            ),
            typed=escape("\n".join(story.typed)),
            engine="Trino" if story.platform.world.tools.trino else "DuckDB",
            bucket="versitygw" if story.platform.world.tools.versitygw else "a server of our own",
            database=escape(story.platform.world.warehouse),
            log=escape("".join(f"{line}\n" for line in story.screen.lines)),
        ),
        encoding="utf-8",
    )
    return place


def _stations(seen: Seen) -> str:
    head = "".join(f"<th>{escape(cell.station)}</th>" for cell in seen.years[0].cells)
    rows = []
    for year in seen.years:
        cells = "".join(_cell(cell) for cell in year.cells)
        name = f"{year.truth.year}<small>published {year.truth.publication}</small>"
        rows.append(f"<tr><th>{name}</th>{cells}</tr>")
    return f"<table class=stations><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _cell(cell: Cell) -> str:
    mark = "good" if cell.agrees else "bad"
    if cell.found is None:
        return f'<td class="{mark}">missing</td>'
    wanted = "" if cell.agrees else f"<small>expected {cell.expected.records:,} and ${cell.expected.dollars:,}</small>"
    return f'<td class="{mark}">{cell.found.records:,}<small>${cell.found.dollars:,}</small>{wanted}</td>'


def _before(seen: Seen) -> str:
    old, travelled = seen.before
    if travelled is None:
        return f"{old.year} as of {old.publication} cannot be read any more."
    return (
        f"{old.year} was published on {old.publication} and restated later. By time travel it still reads "
        f"{travelled.records:,} records of ${travelled.dollars:,}."
    )


def _held(story: Story) -> str:
    return "<br>".join(escape(line) for line in story.held.splitlines())


def _bars(given: Iterable[tuple[str, float, str, str]]) -> str:
    """Bars with name, length, the value, and a note below."""
    rows = list(given)
    most = max((length for _, length, _, _ in rows), default=1) or 1
    return "".join(
        f"<div class=bar><span>{escape(name)}<small>{escape(word)}</small></span>"
        f'<i style="--of:{length / most:.3f}"></i><b>{escape(said)}</b></div>'
        for name, length, said, word in rows
    )


def _companies(seen: Seen, year: str) -> str:
    top: Sequence[tuple[str, float, str, str]] = [
        (one.name, float(one.dollars), f"${one.dollars:,}", f"{one.payments:,} payments")
        for one in seen.companies
        if one.year == year
    ]
    return f"<h3>{escape(year)}</h3>{_bars(top[:_TOP])}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
