import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { Violation } from '@drippulse/errors';
import { isMask } from '../rest-options.ts';
import { type Members, setMember } from './message.ts';
import { enumRule, maxId, type TextRule, textRule, timestampRule } from './text-rules.ts';

type Parameter = { field: DescField; list: boolean; rule: TextRule };

const parametersOf = new WeakMap<DescMessage, Map<string, Parameter>>();

/** Reads query parameters into a message: `name=value`; for lists repeated, or `name[]=value`. Ignores unknown names. */
export function readQuery(
  desc: DescMessage,
  query: URLSearchParams,
  message: Members,
  present: Set<string>,
  violations: Violation[],
): void {
  const known = parameters(desc);
  const lists = new Map<DescField, unknown[]>();
  for (const [key, text] of query) {
    const parameter = known.get(key.endsWith('[]') ? key.slice(0, -2) : key);
    if (parameter === undefined) continue;
    const { field, list, rule } = parameter;
    const value = readText(field, rule, text, violations);
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
  for (const [field, values] of lists) setMember(message, field, values);
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

function readText(field: DescField, rule: TextRule, text: string, violations: Violation[]): unknown {
  const value = text.includes('\0') ? undefined : rule.parse(text);
  if (value === undefined) {
    const message = text.includes('\0') ? 'must not contain a NUL character' : rule.message;
    violations.push({ field: field.name, message });
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

function parameters(desc: DescMessage): Map<string, Parameter> {
  const known = parametersOf.get(desc);
  if (known !== undefined) return known;
  const made = new Map<string, Parameter>();
  for (const field of desc.fields) {
    const rule = parameterRule(field);
    if (rule !== undefined) made.set(field.name, { field, list: field.fieldKind === 'list', rule });
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
  const rule = textRule(field, field.scalar);
  return field.scalar === ScalarType.INT32 ? { ...rule, parse: parseBounded } : rule;
}

/** A number that is too large for a parameter such as `limit` still means "many". The service applies its own maximum. */
function parseBounded(text: string): number | undefined {
  if (!/^-?\d{1,15}$/.test(text)) return undefined;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(text))) + 0;
}
