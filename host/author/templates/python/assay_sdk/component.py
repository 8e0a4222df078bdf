"""From a plugin to a component: the contract of `vendor/assay/wit`, batches and verdicts.

Only imported while the component is built and inside of it: `wit_world` is what componentize-py makes of the contract.
Written by `assay new`; not to be edited.
"""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import plugin as wit

from . import DATE, DECIMAL, EPOCH, FIRST, LAST, NORMALISE, TEXT, UNKNOWN, Column, Plugin, Rule

# For each byte of a bitmap its eight bits, the least significant first.
BITS = [tuple(bool(byte >> bit & 1) for bit in range(8)) for byte in range(256)]

FAILED = 1
WRITES = 2
SETTINGS = 1
OTHER = 4


def bind(plugin: Plugin) -> tuple[type, type]:
    """The classes that a component exports: the interface's functions, and its session."""

    class Functions(exports.Plugin):
        def describe(self) -> wit.PluginInfo:
            rules = [_rule(rule, []) for rule in plugin.rules]
            extras = [("language", "python")]
            extras += [(f"setting {setting.name}", setting.about()) for setting in plugin.settings]
            return wit.PluginInfo(plugin.name, plugin.version, rules, [], extras)

        def check_config(self, context: wit.RunContext) -> list[wit.StagePlan]:
            _, faults = plugin.configured(json.loads(context.settings))
            if faults:
                raise Err([wit.ConfigFault(path, text, choices) for path, text, choices in faults])
            stages = sorted({rule.kind for rule in plugin.rules}, key=lambda kind: kind != NORMALISE)
            return [_plan(plugin, stage) for stage in stages]

    class Session(wit.Session):
        def __init__(self, settings: dict[str, Any], stage: int) -> None:
            self.settings = settings
            self.rules = [rule for rule in plugin.rules if rule.kind == stage]
            self.columns = _columns(self.rules)

        @classmethod
        def open(cls, context: wit.RunContext, stage: int) -> "Session":
            settings, faults = plugin.configured(json.loads(context.settings))
            if faults:
                raise Err(wit.Fault(SETTINGS, faults[0][1], None))
            return cls(settings, stage)

        def process(self, batch: wit.Batch) -> wit.Verdict:
            cells = {
                key: _cells(batch.columns[at], column, batch.records)
                for at, (key, column) in enumerate(self.columns.items())
            }
            verdict = wit.Verdict([], [], [], [], [])
            for rule in self.rules:
                self._apply(rule, cells, verdict)
            return verdict

        def _apply(self, rule: Rule, cells: dict[Any, list[Any]], verdict: wit.Verdict) -> None:
            keys = [_key(column) for column in rule.columns]
            skips_blank = [not column.blank_too for column in rule.columns]
            settings, judge = self.settings, rule.judge
            hits, texts, skipped, at = [], [], 0, 0
            try:
                for at, row in enumerate(zip(*(cells[key] for key in keys))):
                    if any(cell is UNKNOWN or (cell is None and skips) for cell, skips in zip(row, skips_blank)):
                        skipped += 1
                        continue
                    answer = judge(*row, settings)
                    if rule.kind == NORMALISE:
                        if rule.rewrites(answer, row[0]):
                            hits.append(at)
                            texts.append(answer)
                    elif not answer:
                        hits.append(at)
            except Exception as error:
                # Otherwise it ends in a trap, which says nothing of it: there is no standard error to write to.
                said = f"rule `{rule.code}`: {type(error).__name__}: {error}"
                raise Err(wit.Fault(OTHER, said, at)) from None
            if skipped:
                verdict.tallies.append(wit.Tally(rule.number, skipped))
            if not hits:
                return
            if rule.kind != NORMALISE:
                records = wit.RecordSet_Sparse(hits)
                verdict.hits.append(wit.Hit(rule.number, FAILED, 0, None, records))
                return
            column = list(self.columns).index(keys[0])
            for at, cell in zip(hits, texts):
                # Rules that come later see it as it is now.
                cells[keys[0]][at] = cell or None
            patch = wit.Patch(hits, _text(texts))
            verdict.rewrites.append(wit.Rewrite(rule.number, column, wit.Change_Patch(patch)))

        def finish(self, totals: list[wit.Measure]) -> list[wit.FileResult]:
            return []

    return Functions, Session


def _key(column: Column) -> tuple[str, int, int, str]:
    return (column.name, column.form, column.scale, column.format)


def _columns(rules: list[Rule]) -> dict[tuple[str, int, int, str], Column]:
    """The columns of a stage, each once for each form, in the order in which rules name them."""
    return {_key(column): column for rule in rules for column in rule.columns}


def _plan(plugin: Plugin, stage: int) -> wit.StagePlan:
    rules = [rule for rule in plugin.rules if rule.kind == stage]
    columns = list(_columns(rules))
    written = {_key(rule.columns[0]) for rule in rules if rule.kind == NORMALISE}
    requests = [
        wit.ColumnRequest(name, form, scale, format, WRITES if (name, form, scale, format) in written else 0)
        for name, form, scale, format in columns
    ]
    planned = [_rule(rule, [columns.index(_key(column)) for column in rule.columns]) for rule in rules]
    return wit.StagePlan(stage, requests, planned)


def _rule(rule: Rule, columns: list[int]) -> wit.Rule:
    return wit.Rule(rule.number, rule.code, rule.kind, rule.title, rule.message, rule.level, columns, 0, [])


def _bits(bitmap: bytes | None, records: int, default: bool) -> list[bool]:
    if bitmap is None:
        return [default] * records
    return [bit for byte in bitmap for bit in BITS[byte]][:records]


def _strings(text: wit.Text) -> list[str | None]:
    whole, offsets = text.bytes, text.offsets
    return [
        whole[start:end].decode() if end > start else None for start, end in zip(offsets, offsets[1:])
    ]


def _cells(column: wit.Column, wanted: Column, records: int) -> list[Any]:
    """A column's cells as Python values: None for a blank, UNKNOWN for what cannot be judged."""
    cells = column.cells
    if isinstance(cells, wit.Cells_Absent):
        return [UNKNOWN] * records
    if wanted.form == TEXT:
        if isinstance(cells, wit.Cells_Text):
            return _strings(cells.value)
        if isinstance(cells, wit.Cells_Constant):
            return [cells.value.decode() or None] * records
        if isinstance(cells, wit.Cells_Dictionary):
            values = _strings(cells.value.values)
            return [values[key] for key in cells.value.keys]
        raise TypeError(f"text was asked for, and {type(cells).__name__} came")
    if wanted.form == DECIMAL:
        exponent = -cells.value.scale
        values = [Decimal(number).scaleb(exponent) for number in cells.value.unscaled]
    elif wanted.form == DATE:
        # Python knows no day before year 1: such a cell cannot be judged.
        values = [
            datetime.date.fromordinal(day + EPOCH) if FIRST <= day <= LAST else UNKNOWN for day in cells.value
        ]
    else:
        values = cells.value
    valid = _bits(column.valid, records, True)
    malformed = _bits(column.malformed, records, False)
    return [
        value if good else UNKNOWN if bad else None for value, good, bad in zip(values, valid, malformed)
    ]


def _text(texts: list[str]) -> wit.Text:
    whole, offsets = bytearray(), [0]
    for text in texts:
        whole += text.encode()
        offsets.append(len(whole))
    return wit.Text(offsets, bytes(whole))
