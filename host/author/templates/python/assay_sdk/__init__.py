"""Assay's SDK for rules in Python: rules are functions of a record's cells.

It knows nothing of WebAssembly, so rules can be tested with plain Python; `component.py` makes the component of them.
Written by `assay new`; not to be edited.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

__all__ = ["Column", "Plugin", "Settings", "date", "decimal", "integer", "maybe", "text"]

TEXT, INTEGER, DECIMAL, DATE = 1, 2, 3, 4
VALIDATE, NORMALISE = 1, 2
LEVELS = {"error": 1, "warn": 2, "monitor": 3, "off": 4}
#: Days count from 1970-01-01; the first and the last that Python knows.
EPOCH = datetime.date(1970, 1, 1).toordinal()
FIRST, LAST = (day.toordinal() - EPOCH for day in (datetime.date.min, datetime.date.max))

#: What a pack may set, by name.
Settings = dict[str, Any]


class Unknown:
    """A cell that cannot be judged: it did not parse, or its column is not there."""


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Column:
    """A column a rule reads, and as what."""

    name: str
    form: int = TEXT
    scale: int = 0
    format: str = ""
    blank_too: bool = False

    def parsed(self, cell: str) -> Any:
        """The value as the host would hand it over: None for a blank."""
        if cell == "":
            return None
        if self.form == TEXT:
            return cell
        if self.form == INTEGER:
            return int(cell) if re.fullmatch(r"-?[0-9]+", cell) else UNKNOWN
        if self.form == DECIMAL:
            wanted = r"-?[0-9]+(\.[0-9]{1,%d})?" % self.scale if self.scale else r"-?[0-9]+"
            return Decimal(cell) if re.fullmatch(wanted, cell) else UNKNOWN
        pieces = [_DATE_PARTS.get(piece, re.escape(piece)) for piece in re.split("(%.)", self.format)]
        found = re.fullmatch("".join(pieces), cell, re.ASCII)
        try:
            return datetime.date(*(int(found[part]) for part in "Ymd")) if found else UNKNOWN
        except ValueError:
            return UNKNOWN


_DATE_PARTS = {"%Y": "(?P<Y>[0-9]{4})", "%m": "(?P<m>[0-9]{2})", "%d": "(?P<d>[0-9]{2})"}


def text(name: str) -> Column:
    """A column as `str`."""
    return Column(name)


def integer(name: str) -> Column:
    """A column as `int`."""
    return Column(name, INTEGER)


def decimal(name: str, scale: int) -> Column:
    """A column as `decimal.Decimal` with at most `scale` digits after the point."""
    return Column(name, DECIMAL, scale)


def date(name: str, format: str) -> Column:
    """A column as `datetime.date`, written as the format says: %Y, %m and %d."""
    if sorted(re.findall("%.?", format)) != sorted(_DATE_PARTS):
        raise ValueError(f"column `{name}` has the date format `{format}`, expected %Y, %m and %d, once each")
    return Column(name, DATE, 0, format)


def maybe(column: Column) -> Column:
    """The same column, but for a blank the rule gets None and is not skipped."""
    return Column(column.name, column.form, column.scale, column.format, True)


@dataclass(frozen=True)
class Setting:
    """What a pack may set: a value of the default's type, from `least` to `most` where these are given."""

    name: str
    default: Any
    least: int | None
    most: int | None
    what: str = ""

    def about(self) -> str:
        """What catalogues say of it."""
        bounds = {
            (False, False): "",
            (True, False): f"at least {self.least}",
            (False, True): f"at most {self.most}",
            (True, True): f"{self.least} to {self.most}",
        }[self.least is not None, self.most is not None]
        parts = [self.what, bounds, f"default: {json.dumps(self.default)}"]
        return " · ".join(part for part in parts if part)

    def fault(self, value: Any) -> str | None:
        """What is wrong with a value that a pack gives, in words; None if it may be used."""
        kind = type(self.default)
        if type(value) is not kind:
            return f"expected {_KINDS.get(kind, kind.__name__)}, found `{json.dumps(value)}`"
        if self.least is not None and value < self.least:
            return f"`{value}` is less than {self.least}"
        if self.most is not None and value > self.most:
            return f"`{value}` is more than {self.most}"
        return None


_KINDS = {int: "a whole number", str: "a string", bool: "true or false", list: "a list"}


@dataclass(frozen=True)
class Rule:
    """A rule as it was declared. `number` counts from 1 in the plugin, `kind` and `level` are codes of the contract."""

    number: int
    code: str
    kind: int
    title: str
    message: str
    level: int
    columns: tuple[Column, ...]
    judge: Callable[..., Any]

    def rewrites(self, answer: Any, cell: str) -> bool:
        """Whether the answer of a rule that repairs is another text than the cell."""
        if answer is not None and not isinstance(answer, str):
            raise TypeError(f"it answers `{answer!r}`, expected a text, or None to leave the cell")
        return answer is not None and answer != cell


@dataclass
class Found:
    """What the rules say of some records, numbered from 0."""

    hits: dict[str, list[int]] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    rewritten: dict[str, dict[int, str]] = field(default_factory=dict)


class Plugin:
    """A plugin: its name for packs, what packs may set, and its rules in the order in which they run."""

    def __init__(self, name: str, version: str) -> None:
        self.name = name
        self.version = version
        self.rules: list[Rule] = []
        self.settings: list[Setting] = []

    def setting(
        self, name: str, default: Any, least: int | None = None, most: int | None = None, about: str = ""
    ) -> None:
        """Declares what a pack may set; the default's type is the setting's, and `about` is what catalogues say of it."""
        self.settings.append(Setting(name, default, least, most, about))

    def validate(self, code: str, message: str, columns: list[Column], level: str = "error") -> Callable:
        """A rule that is true of a good record: the function gets the cells and the settings and answers True or False."""
        return self._rule(code, VALIDATE, message, columns, level)

    def normalise(self, code: str, columns: list[Column], level: str = "warn") -> Callable:
        """A rule that repairs the first of its columns: the function answers the new text, or None to leave it."""
        if columns[0].form != TEXT:
            raise ValueError(f"rule `{code}` repairs `{columns[0].name}`, which must be text")
        return self._rule(code, NORMALISE, "", columns, level)

    def _rule(self, code: str, kind: int, message: str, columns: list[Column], level: str) -> Callable:
        if level not in LEVELS:
            raise ValueError(f"rule `{code}` has the level `{level}`; there are {', '.join(LEVELS)}")
        if any(rule.code == code for rule in self.rules):
            raise ValueError(f"there are two rules `{code}`")

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            title = (function.__doc__ or "").strip().split("\n")[0]
            if not title:
                raise ValueError(f"rule `{code}` says nowhere what must be true: give its function a docstring")
            number = len(self.rules) + 1
            rule = Rule(number, code, kind, title, message or title, LEVELS[level], tuple(columns), function)
            self.rules.append(rule)
            return function

        return declare

    def configured(self, given: Settings) -> tuple[Settings, list[tuple[str, str, list[str]]]]:
        """Settings with their defaults, and what is wrong with them: pointer, text, choices."""
        known = {setting.name: setting for setting in self.settings}
        faults = [
            (f"/{name}", f"there is no setting `{name}`", list(known)) for name in given if name not in known
        ]
        settings = {}
        for name, setting in known.items():
            settings[name] = given.get(name, setting.default)
            fault = setting.fault(settings[name])
            if fault:
                faults.append((f"/{name}", fault, []))
        return settings, faults

    def judge(self, records: list[dict[str, str]], settings: Settings | None = None) -> Found:
        """Judges records natively, for tests. A column that a record does not have is one the file lacks."""
        given, faults = self.configured(settings or {})
        if faults:
            raise ValueError("; ".join(text for _, text, _ in faults))
        records = [dict(record) for record in records]
        found = Found()
        for rule in sorted(self.rules, key=lambda rule: rule.kind != NORMALISE):
            found.hits[rule.code] = []
            found.skipped[rule.code] = 0
            for at, record in enumerate(records):
                cells = [
                    column.parsed(record[column.name]) if column.name in record else UNKNOWN
                    for column in rule.columns
                ]
                if not judgeable(rule, cells):
                    found.skipped[rule.code] += 1
                elif rule.kind == NORMALISE:
                    cell = rule.judge(*cells, given)
                    if rule.rewrites(cell, cells[0]):
                        record[rule.columns[0].name] = cell
                        found.rewritten.setdefault(rule.code, {})[at] = cell
                elif not rule.judge(*cells, given):
                    found.hits[rule.code].append(at)
        return found


def judgeable(rule: Rule, cells: list[Any]) -> bool:
    """Whether a rule can judge these cells."""
    for column, cell in zip(rule.columns, cells):
        if cell is UNKNOWN or (cell is None and not column.blank_too):
            return False
    return True
