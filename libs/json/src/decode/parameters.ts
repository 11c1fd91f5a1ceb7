import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { Violation } from '@drippulse/errors';
import { fieldRest, isMask } from '../rest-options.ts';
import { nulCharacter } from '../scan-string.ts';
import { type Members, setMember } from './message.ts';
import { enumRule, faultOf, maxId, type TextRule, textRule, timestampRule } from './text-rules.ts';

/** A query parameter. `mostItems` is 0 for a parameter whose text is not split at commas. */
type Parameter = { field: DescField; list: boolean; mostItems: number; rule: TextRule };

const parametersOf = new WeakMap<DescMessage, Map<string, Parameter>>();

/** The message that is read, and the fields that the query may set. */
type Reading = {
  message: Members;
  present: Set<string>;
  violations: Violation[];
  isParameter(field: DescField): boolean;
};

/**
 * Reads query parameters into a message, as `name=value`. The values of a list are given by repeating the parameter, or
 * as `name[]=value`, and if the list has a maximum length also as `name=1,2`. Ignores unknown names.
 */
export function readQuery(
  desc: DescMessage,
  query: URLSearchParams,
  { message, present, violations, isParameter }: Reading,
): void {
  const known = parameters(desc);
  const lists = new Map<DescField, unknown[]>();
  for (const [key, text] of query) {
    const parameter = known.get(key.endsWith('[]') ? key.slice(0, -2) : key);
    if (parameter === undefined || !isParameter(parameter.field)) continue;
    const { field, list, mostItems, rule } = parameter;
    // If there are more items than allowed, one item more than the maximum is read: this is enough for the parameter to
    // be refused.
    const texts = mostItems === 0 ? [text] : text.split(',', mostItems + 1);
    for (const each of texts) {
      const value = readText(field, rule, each, violations);
      if (value === undefined) continue;
      present.add(field.name);
      if (!list) {
        setMember(message, field, value);
        continue;
      }
      const values = lists.get(field) ?? [];
      values.push(value);
      lists.set(field, values);
    }
  }
  for (const [field, values] of lists) {
    const most = fieldRest(field).mostItems;
    if (most > 0 && values.length > most)
      violations.push({ field: field.name, message: `must have at most ${most} items` });
    setMember(message, field, values);
  }
}

/** Reads parameters of the path into a message. They take precedence over body and query. */
export function readPath(
  desc: DescMessage,
  path: Readonly<Record<string, string>>,
  message: Members,
  present: Set<string>,
  violations: Violation[],
): void {
  for (const [name, text] of Object.entries(path)) {
    const parameter = parameters(desc).get(name);
    if (parameter === undefined) throw new Error(`${desc.typeName} has no field for the path parameter ${name}`);
    const { field, rule } = parameter;
    const value = isInteger(field) ? parseId(field, text) : readText(field, rule, text, violations);
    if (value === undefined) continue;
    present.add(name);
    setMember(message, field, value);
  }
}

function readText(field: DescField, rule: TextRule, given: string, violations: Violation[]): unknown {
  const text = fieldRest(field).lenient ? given.replaceAll('\0', '\ufffd') : given;
  const value = text.includes('\0') ? undefined : rule.parse(text);
  if (value === undefined) {
    violations.push({ field: field.name, ...(text.includes('\0') ? nulCharacter : faultOf(rule, text)) });
  }
  return value;
}

function isInteger(field: DescField): boolean {
  return field.fieldKind === 'scalar' && [ScalarType.INT64, ScalarType.INT32].includes(field.scalar);
}

function parseId(field: DescField, text: string): bigint | number {
  const id = /^(?:0|[1-9]\d{0,15})$/.test(text) ? BigInt(text) : 0n;
  if (field.scalar === ScalarType.INT32) return id < 2n ** 31n ? Number(id) : 0;
  return id <= maxId ? id : 0n;
}

/** Returns the names of a message's parameters, except those in the path. */
export function parameterNames(
  desc: DescMessage,
  pathNames: ReadonlySet<string>,
  isParameter: (field: DescField) => boolean,
): Set<string> {
  const own = [...parameters(desc)].filter(([name, { field }]) => !pathNames.has(name) && isParameter(field));
  return new Set(own.map(([name]) => name));
}

function parameters(desc: DescMessage): Map<string, Parameter> {
  const known = parametersOf.get(desc);
  if (known !== undefined) return known;
  const made = new Map<string, Parameter>();
  for (const field of desc.fields) {
    const rule = parameterRule(field);
    const { mostItems } = fieldRest(field);
    if (rule !== undefined) made.set(field.name, { field, list: field.fieldKind === 'list', mostItems, rule });
  }
  parametersOf.set(desc, made);
  return made;
}

function parameterRule(field: DescField): TextRule | undefined {
  if (field.fieldKind === 'map' || isMask(field)) return undefined;
  if (field.enum !== undefined) return enumRule(field.enum);
  if (field.message !== undefined) {
    return field.message.typeName === 'google.protobuf.Timestamp' ? timestampRule : undefined;
  }
  if (field.scalar === undefined || field.scalar === ScalarType.BYTES) return undefined;
  const rule = fieldRest(field).mostItems > 0 ? itemRule(textRule(field, field.scalar)) : textRule(field, field.scalar);
  return field.scalar === ScalarType.INT32 ? { ...rule, parse: parseBounded } : rule;
}

/**
 * Makes a rule that refuses an empty item. `ids=`, which filters by no ids, must not be treated as a list without a
 * filter.
 */
function itemRule({ parse, message }: TextRule): TextRule {
  return { parse: (text) => (text === '' ? undefined : parse(text)), message: `${message}, and not empty` };
}

/**
 * Parses a bounded number. A number that is too large for a parameter such as `limit` is treated as "many", and the
 * service applies its own maximum.
 */
function parseBounded(text: string): number | undefined {
  if (!/^-?\d{1,15}$/.test(text)) return undefined;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(text))) + 0;
}
