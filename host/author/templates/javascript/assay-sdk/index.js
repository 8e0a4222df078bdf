// Assay's SDK for rules in JavaScript: rules are functions of a record's cells.
//
// It knows nothing of WebAssembly, so rules can be tested with plain Node; `component.js` makes the component of them.
// Written by `assay new`; not to be edited.

export const FORMS = { text: 1, integer: 2, decimal: 3, date: 4 };
export const VALIDATE = 1;
export const NORMALISE = 2;
const LEVELS = { error: 1, warn: 2, monitor: 3, off: 4 };

/** A cell that cannot be judged: it did not parse, or its column is not there. A blank one is `null`. */
export const UNKNOWN = Symbol("unknown");

const column = (name, form, scale = 0, format = "") => ({ name, form, scale, format, blankToo: false });

/** A column as a string. */
export const text = (name) => column(name, FORMS.text);

/** A column as a bigint: numbers are exact, as they stand in the file. */
export const integer = (name) => column(name, FORMS.integer);

/** A column as a bigint in units of its last digit: with two digits after the point, 19.90 is 1990n. */
export const decimal = (name, scale) => column(name, FORMS.decimal, scale);

/** A column as a day, written as the format says (%Y, %m and %d): a number, so that a difference is in days. */
export function date(name, format) {
  if (format.match(/%.?/g)?.sort().join(" ") !== "%Y %d %m") {
    throw new Error(`column \`${name}\` has the date format \`${format}\`, expected %Y, %m and %d, once each`);
  }
  return column(name, FORMS.date, 0, format);
}

/** The same column, but for a blank the rule gets null and is not skipped. */
export const maybe = (column) => ({ ...column, blankToo: true });

/** The number of a day: days since 1970-01-01. NaN if there is no such day. */
export function day(year, month, dayOfMonth) {
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, dayOfMonth);
  const exists = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === dayOfMonth;
  return exists ? moment.getTime() / 86_400_000 : NaN;
}

/** Whether a rule can judge these cells. */
function judgeable(rule, cells) {
  return rule.columns.every((column, at) => cells[at] !== UNKNOWN && (cells[at] !== null || column.blankToo));
}

/** The value as the host would hand it over. */
function parsed(column, cell) {
  if (cell === "") return null;
  if (column.form === FORMS.text) return cell;
  if (column.form === FORMS.date) return parsedDate(column.format, cell);
  const parts = /^(-?[0-9]+)(?:\.([0-9]+))?$/.exec(cell);
  const digits = parts?.[2] ?? "";
  if (!parts || digits.length > column.scale) return UNKNOWN;
  return BigInt(parts[1] + digits.padEnd(column.scale, "0"));
}

/** Whether the answer of a rule that repairs is another text than the cell. */
export function rewrites(answer, cell) {
  if (answer !== null && typeof answer !== "string") {
    const shown = typeof answer === "bigint" ? `${answer}n` : JSON.stringify(answer);
    throw new TypeError(`it answers \`${shown}\`, expected a text, or null to leave the cell`);
  }
  return answer !== null && answer !== cell;
}

/** What catalogues say of a setting. */
export function aboutSetting({ initial, least, most, about }) {
  const bounds = [least !== undefined, most !== undefined];
  const range = bounds.every(Boolean) ? `${least} to ${most}` : bounds[0] ? `at least ${least}` : bounds[1] ? `at most ${most}` : "";
  return [about, range, `default: ${JSON.stringify(initial)}`].filter(Boolean).join(" · ");
}

function parsedDate(format, cell) {
  const groups = { "%Y": "(?<Y>[0-9]{4})", "%m": "(?<m>[0-9]{2})", "%d": "(?<d>[0-9]{2})" };
  const literal = (piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = format.split(/(%[Ymd])/).map((piece) => groups[piece] ?? literal(piece));
  const found = new RegExp(`^${pattern.join("")}$`).exec(cell)?.groups;
  const number = found ? day(Number(found.Y), Number(found.m), Number(found.d)) : NaN;
  return Number.isNaN(number) ? UNKNOWN : number;
}

function kindOf(value) {
  if (Array.isArray(value)) return "a list";
  if (Number.isInteger(value)) return "a whole number";
  return { string: "a string", boolean: "true or false", number: "a number" }[typeof value] ?? "an object";
}

function faultOf({ initial, least, most }, value) {
  if (kindOf(value) !== kindOf(initial)) return `expected ${kindOf(initial)}, found \`${JSON.stringify(value)}\``;
  if (least !== undefined && value < least) return `\`${value}\` is less than ${least}`;
  if (most !== undefined && value > most) return `\`${value}\` is more than ${most}`;
  return undefined;
}

/** A plugin: its rules, and the settings that packs may give them. */
export class Plugin {
  constructor(name, version) {
    Object.assign(this, { name, version, rules: [], settings: new Map() });
  }

  /** Declares a setting; `least` and `most` bound a number, `about` is what catalogues say of it. */
  setting(name, { initial, least, most, about = "" }) {
    this.settings.set(name, { initial, least, most, about });
  }

  /** A rule that is true of a good record: the function gets the cells and the settings and answers true or false. */
  validate(code, { title, message = title, columns, level = "error" }, judge) {
    this.#rule({ code, kind: VALIDATE, title, message, columns, level, judge });
  }

  /** A rule that repairs the first of its columns: the function answers the new text, or null to leave it. */
  normalise(code, { title, columns, level = "warn" }, judge) {
    if (columns[0].form !== FORMS.text) throw new Error(`rule \`${code}\` repairs \`${columns[0].name}\`, which must be text`);
    this.#rule({ code, kind: NORMALISE, title, message: title, columns, level, judge });
  }

  #rule(rule) {
    const { code, title, level } = rule;
    if (!(level in LEVELS)) throw new Error(`rule \`${code}\` has the level \`${level}\`; there are ${Object.keys(LEVELS).join(", ")}`);
    if (this.rules.some((other) => other.code === code)) throw new Error(`there are two rules \`${code}\``);
    if (!title) throw new Error(`rule \`${code}\` says nowhere what must be true: give it a title`);
    this.rules.push({ ...rule, number: this.rules.length + 1, level: LEVELS[level] });
  }

  /** Settings with their defaults, and what is wrong with them. */
  configured(given) {
    const known = [...this.settings.keys()];
    const faults = Object.keys(given)
      .filter((name) => !this.settings.has(name))
      .map((name) => ({ path: `/${name}`, message: `there is no setting \`${name}\``, expected: known }));
    const settings = {};
    for (const [name, setting] of this.settings) {
      settings[name] = Object.hasOwn(given, name) ? given[name] : setting.initial;
      const message = faultOf(setting, settings[name]);
      if (message) faults.push({ path: `/${name}`, message, expected: [] });
    }
    return { settings, faults };
  }

  /** Judges records natively, for tests: which are hit, skipped and rewritten by each rule, numbered from 0. */
  judge(records, given = {}) {
    const { settings, faults } = this.configured(given);
    if (faults.length) throw new Error(faults.map((fault) => fault.message).join("; "));
    const found = { hits: {}, skipped: {}, rewritten: {} };
    const copies = records.map((record) => ({ ...record }));
    const inOrder = this.rules.toSorted((a, b) => b.kind - a.kind);
    for (const rule of inOrder) {
      const { code, columns, kind } = rule;
      Object.assign(found.hits, { [code]: [] });
      Object.assign(found.skipped, { [code]: 0 });
      copies.forEach((record, at) => {
        const cells = columns.map((column) => (column.name in record ? parsed(column, record[column.name]) : UNKNOWN));
        if (!judgeable(rule, cells)) {
          found.skipped[code] += 1;
          return;
        }
        const answer = rule.judge(...cells, settings);
        if (kind === VALIDATE && !answer) found.hits[code].push(at);
        if (kind === NORMALISE && rewrites(answer, cells[0])) {
          record[columns[0].name] = answer;
          (found.rewritten[code] ??= {})[at] = answer;
        }
      });
    }
    return found;
  }
}
