// From a plugin to a component: the contract of `vendor/assay/wit`, batches and verdicts.
// Written by `assay new`; not to be edited.

import { FORMS, NORMALISE, UNKNOWN, aboutSetting, rewrites } from "./index.js";

const FAILED = 1;
const WRITES = 2;
const SETTINGS = 1;
const OTHER = 4;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** An error of the contract. */
class Refused extends Error {
  constructor(payload) {
    super("refused");
    this.payload = payload;
  }
}

/** What the interface `plugin` exports. */
export function bind(plugin) {
  const configured = (context) => plugin.configured(JSON.parse(context.settings));

  class Session {
    constructor(settings, stage) {
      this.settings = settings;
      this.rules = plugin.rules.filter((rule) => rule.kind === stage);
      this.columns = columnsOf(this.rules);
    }

    static open(context, stage) {
      const { settings, faults } = configured(context);
      if (faults.length) throw new Refused({ code: SETTINGS, message: faults[0].message, record: undefined });
      return new Session(settings, stage);
    }

    process(batch) {
      const cells = new Map();
      [...this.columns].forEach(([key, column], at) => cells.set(key, cellsOf(batch.columns[at], column, batch.records)));
      const verdict = { hits: [], rewrites: [], tallies: [], samples: [], measures: [] };
      for (const rule of this.rules) this.apply(rule, cells, batch.records, verdict);
      return verdict;
    }

    apply(rule, cells, records, verdict) {
      const keys = rule.columns.map(keyOf);
      const read = keys.map((key) => cells.get(key));
      const skipsBlank = rule.columns.map((column) => !column.blankToo);
      // The function gets the settings after the cells. One array for all records: an engine without a compiler pays for each.
      const row = [...read.map(() => null), this.settings];
      const [hits, texts] = [[], []];
      let [skipped, at] = [0, 0];
      try {
        records: for (; at < records; at += 1) {
          for (let column = 0; column < read.length; column += 1) {
            const cell = read[column][at];
            if (cell === UNKNOWN || (cell === null && skipsBlank[column])) {
              skipped += 1;
              continue records;
            }
            row[column] = cell;
          }
          const answer = rule.judge.apply(undefined, row);
          if (rule.kind === NORMALISE) {
            if (rewrites(answer, row[0])) {
              hits.push(at);
              texts.push(answer);
            }
          } else if (!answer) hits.push(at);
        }
      } catch (error) {
        // Otherwise it ends in a trap, which says nothing of it: there is no standard error to write to.
        throw new Refused({ code: OTHER, message: `rule \`${rule.code}\`: ${error}`, record: at });
      }
      if (skipped) verdict.tallies.push({ rule: rule.number, skipped });
      if (!hits.length) return;
      const found = Uint32Array.from(hits);
      if (rule.kind !== NORMALISE) {
        const set = { tag: "sparse", val: found };
        verdict.hits.push({ rule: rule.number, outcome: FAILED, disposition: 0, column: undefined, records: set });
        return;
      }
      // Rules that come later see it as it is now.
      hits.forEach((at, n) => (read[0][at] = texts[n] || null));
      const change = { tag: "patch", val: { records: found, values: textOf(texts) } };
      verdict.rewrites.push({ rule: rule.number, column: [...this.columns.keys()].indexOf(keys[0]), change });
    }

    finish() {
      return [];
    }
  }

  return {
    Session,
    describe: () => ({
      name: plugin.name,
      version: plugin.version,
      rules: plugin.rules.map((rule) => ruleOf(rule, [])),
      kinds: [],
      extras: [["language", "javascript"], ...[...plugin.settings].map(([name, setting]) => [`setting ${name}`, aboutSetting(setting)])],
    }),
    checkConfig(context) {
      const { faults } = configured(context);
      if (faults.length) throw new Refused(faults);
      const stages = [...new Set(plugin.rules.map((rule) => rule.kind))].sort((a, b) => b - a);
      return stages.map((stage) => planOf(plugin, stage));
    },
  };
}

const keyOf = ({ name, form, scale, format }) => JSON.stringify([name, form, scale, format]);

/** The columns of a stage, each once for each form, in the order in which rules name them. */
const columnsOf = (rules) => new Map(rules.flatMap((rule) => rule.columns.map((column) => [keyOf(column), column])));

function planOf(plugin, stage) {
  const rules = plugin.rules.filter((rule) => rule.kind === stage);
  const columns = columnsOf(rules);
  const keys = [...columns.keys()];
  const written = new Set(stage === NORMALISE ? rules.map((rule) => keyOf(rule.columns[0])) : []);
  return {
    stage,
    columns: [...columns].map(([key, { name, form, scale, format }]) => ({
      name,
      form,
      scale,
      format,
      flags: written.has(key) ? WRITES : 0,
    })),
    rules: rules.map((rule) => ruleOf(rule, rule.columns.map((column) => keys.indexOf(keyOf(column))))),
  };
}

function ruleOf({ number, code, kind, title, message, level }, columns) {
  return { code: number, name: code, class: kind, title, message, level, columns: Uint16Array.from(columns), hostCheck: 0, extras: [] };
}

const bit = (bitmap, at) => ((bitmap[at >> 3] >> (at & 7)) & 1) === 1;

function stringsOf({ offsets, bytes }) {
  const strings = new Array(offsets.length - 1);
  for (let at = 0; at < strings.length; at += 1) {
    const [start, end] = [offsets[at], offsets[at + 1]];
    strings[at] = end > start ? decoder.decode(bytes.subarray(start, end)) : null;
  }
  return strings;
}

/** A column's cells as values: null for a blank, UNKNOWN for what cannot be judged. */
function cellsOf({ cells: { tag, val }, valid, malformed }, wanted, records) {
  if (tag === "absent") return new Array(records).fill(UNKNOWN);
  if (wanted.form === FORMS.text) {
    if (tag === "text") return stringsOf(val);
    if (tag === "constant") return new Array(records).fill(decoder.decode(val) || null);
    if (tag === "dictionary") {
      const values = stringsOf(val.values);
      return Array.from(val.keys, (key) => values[key]);
    }
    throw new TypeError(`text was asked for, and ${tag} came`);
  }
  const values = tag === "decimal" ? val.unscaled : val;
  if (!valid && !malformed) return values;
  const judged = new Array(records);
  for (let at = 0; at < records; at += 1) {
    if (malformed && bit(malformed, at)) judged[at] = UNKNOWN;
    else judged[at] = valid && !bit(valid, at) ? null : values[at];
  }
  return judged;
}

function textOf(texts) {
  const parts = texts.map((text) => encoder.encode(text));
  const offsets = new Uint32Array(parts.length + 1);
  parts.forEach((part, at) => (offsets[at + 1] = offsets[at] + part.length));
  const bytes = new Uint8Array(offsets[parts.length]);
  parts.forEach((part, at) => bytes.set(part, offsets[at]));
  return { offsets, bytes };
}
