import { stringifyJson } from '@drippulse/json';

/**
 * Returns JSON text that PostgreSQL can store. Rendered steps and responses may contain NUL or half of a surrogate
 * pair. PostgreSQL text columns cannot store these characters, so the whole batch would fail. Each of these characters
 * becomes U+FFFD.
 */
export function storedJson(value: Parameters<typeof stringifyJson>[0]): string {
  const text = stringifyJson(value);
  return text.includes('\\u') ? text.replace(unstorable, '$1\\ufffd') : text;
}

/** Matches an escape of `JSON.stringify` whose backslash is not itself escaped. */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** Returns plain text that PostgreSQL can store. The driver already replaces half of a surrogate pair. */
export function storedText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}
