import { type JsonValue, stringifyJson } from '@drippulse/json';
import { canonicalJson, isJsonObject } from '../json-objects.ts';

/** A place where two values differ. Each side is JSON text, or null if that side has no value at the path. */
export type Difference = { path: string; before: string | null; after: string | null };

/** Returns all differences between two values. Paths consist of member names and element numbers. */
export function differencesOf(before: JsonValue | undefined, after: JsonValue | undefined, path = ''): Difference[] {
  if (before !== undefined && after !== undefined) {
    if (canonicalJson(before) === canonicalJson(after)) return [];
    const [former, latter] = [partsOf(before), partsOf(after)];
    if (former !== undefined && latter !== undefined && Array.isArray(before) === Array.isArray(after)) {
      const names = [...new Set([...former.keys(), ...latter.keys()])];
      return names.flatMap((name) =>
        differencesOf(former.get(name), latter.get(name), path === '' ? name : `${path}.${name}`),
      );
    }
  }
  if (before === undefined && after === undefined) return [];
  return [{ path, before: textOf(before), after: textOf(after) }];
}

function partsOf(value: JsonValue): Map<string, JsonValue> | undefined {
  if (Array.isArray(value)) return new Map(value.map((item, index) => [String(index), item]));
  return isJsonObject(value) ? new Map(Object.entries(value)) : undefined;
}

function textOf(value: JsonValue | undefined): string | null {
  return value === undefined ? null : stringifyJson(value);
}
