import { createHash } from 'node:crypto';
import { clone, type DescMessage, getOption, type Message } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { encodeJson, type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { field as fieldOption } from '@drippulse/proto/drippulse/rest/v1/rest_pb';

/**
 * Maximum length of a value. A longer value is replaced by its hash, so that the trail stays small. The chain of
 * entries protects the hash from changes.
 */
const maxValueLength = 16 * 1024;
/** Members that are not compared, because the entry itself has the time. */
const notCompared: ReadonlySet<string> = new Set(['updated_at']);

/** Converts a row to its form in the API, without its secrets. */
export function auditedRow(desc: DescMessage, row: Message): JsonObject {
  const shown = clone(desc, row);
  clearSecrets(desc, shown);
  // A message is encoded as a JSON object.
  return parseJson(Buffer.from(encodeJson(desc, shown)).toString()) as JsonObject;
}

/**
 * Returns the members that differ, with their values before and after. A row is undefined before its creation and after
 * its deletion.
 */
export function changeOf(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): { before: JsonObject | undefined; after: JsonObject | undefined } {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
    (name) => !notCompared.has(name) && stringifyJson(before?.[name] ?? null) !== stringifyJson(after?.[name] ?? null),
  );
  const pick = (row: JsonObject | undefined) =>
    row && Object.fromEntries(names.map((name) => [name, short(row[name] ?? null)]));
  return { before: pick(before), after: pick(after) };
}

function short(value: JsonValue): JsonValue {
  const text = stringifyJson(value);
  if (text.length <= maxValueLength) return value;
  return { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

function clearSecrets(desc: DescMessage, message: Message): void {
  const shown = reflect(desc, message);
  for (const field of desc.fields) {
    if (!shown.isSet(field)) continue;
    if (getOption(field, fieldOption).secret) {
      shown.clear(field);
      continue;
    }
    if (field.fieldKind === 'message') clearSecrets(field.message, shown.get(field).message);
    else if (field.fieldKind === 'list' && field.listKind === 'message') {
      for (const item of shown.get(field)) clearSecrets(field.message, (item as { message: Message }).message);
    }
  }
}
