/**
 * A number whose digits a double would lose, such as `1.50` or `9007199254740993`: an object that `JSON.stringify` writes as
 * its text.
 */
export type RawNumber = { readonly rawJSON: string };
export type JsonValue = string | number | boolean | null | RawNumber | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

// The TypeScript library lacks this part of ECMAScript.
type LosslessJson = {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};
const losslessJson = JSON as unknown as LosslessJson;

// Sixteen digits, a fraction that ends in zero, an exponent or a negative zero. Other numbers print as they were written.
// Text inside strings may match too, which costs time but changes nothing.
const riskyNumber = /\d[\d.]{15}|\.\d*0(?!\d)|\d[eE]|-0(?!\.\d)/;

/** Parses JSON so that `stringifyJson` restores every digit of every number. */
export function parseJson(text: string): JsonValue {
  if (!riskyNumber.test(text)) return JSON.parse(text) as JsonValue;
  return losslessJson.parse(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
    return losslessJson.rawJSON(source);
  }) as JsonValue;
}

export function stringifyJson(value: JsonValue): string {
  return JSON.stringify(value);
}

export function isRawNumber(value: unknown): value is RawNumber {
  return losslessJson.isRawJSON(value);
}

/** The double nearest to a JSON number; undefined for other values. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return isRawNumber(value) ? Number(value.rawJSON) : undefined;
}
