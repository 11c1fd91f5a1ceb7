import { stringifyJson } from '@drippulse/json';

/**
 * JSON text that PostgreSQL takes: what steps render or others answer may hold a NUL or half of a surrogate pair, which
 * no text column stores and which would hold up the whole batch. Each becomes U+FFFD.
 */
export function storedJson(value: Parameters<typeof stringifyJson>[0]): string {
  const text = stringifyJson(value);
  return text.includes('\\u') ? text.replace(unstorable, '$1\\ufffd') : text;
}

/** An escape as `JSON.stringify` writes it, whose backslash is not itself escaped. */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** The same of a text that is sent as it is: half of a surrogate pair becomes U+FFFD on the way by itself. */
export function storedText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}
