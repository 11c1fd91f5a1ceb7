import { decodeHTMLStrict } from 'entities/decode';
import { type Edit, edited, type View } from './view.ts';

/** The escapes of JSON and JavaScript, of URLs and forms, and of HTML and XML. */
const escapes = /\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|["'\\/bfnrt])|(?:%[0-9a-f]{2})+|&#?[0-9a-z]{1,31};/gi;
const beginsEscape = /[\\%&]/;
/**
 * Maximum number of layers of escapes. It exceeds what a server produces by accident, and keeps the work proportional
 * to the text.
 */
const mostLayers = 10;

const shortEscapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Returns the view with every escape resolved, then with the escapes that this produced resolved, and so on, up to
 * `mostLayers` times. So an escaped secret has an equal canonical form to the secret itself, whichever escapes were
 * applied.
 */
export function canonical(view: View): View {
  if (!beginsEscape.test(view.text)) return view;
  let inner = view;
  for (let layer = 0; layer < mostLayers; layer += 1) {
    const edits = Array.from(inner.text.matchAll(escapes), ({ 0: written, index }) =>
      readEscape(written, index),
    ).flat();
    if (edits.length === 0) break;
    inner = edited(inner, edits);
  }
  return inner;
}

/** Returns the character that a backslash escape of JSON or JavaScript stands for. */
export function readBackslash(written: string): string {
  if (written.length > 2) return String.fromCharCode(Number.parseInt(written.slice(2), 16));
  const letter = written.slice(1);
  return shortEscapes[letter] ?? letter;
}

function readEscape(written: string, at: number): Edit[] {
  if (written.startsWith('%')) return readBytes(written, at);
  const by = written.startsWith('&') ? decodeHTMLStrict(written) : readBackslash(written);
  return by === written ? [] : [{ at, length: written.length, by }];
}

/** Returns the characters of a sequence such as `%c3%a4…`. Bytes that are not UTF-8 stay unchanged. */
function readBytes(written: string, at: number): Edit[] {
  const bytes = Buffer.from(written.replaceAll('%', ''), 'hex');
  const edits: Edit[] = [];
  for (let index = 0; index < bytes.length; ) {
    const count = bytesOf(bytes[index] ?? 0);
    const by = decode(bytes.subarray(index, index + count));
    if (by !== undefined) edits.push({ at: at + index * 3, length: count * 3, by });
    index += by === undefined ? 1 : count;
  }
  return edits;
}

/** Returns the length of the UTF-8 character that begins with this byte; 0 if no character begins with it. */
function bytesOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function decode(bytes: Uint8Array): string | undefined {
  const text = utf8.decode(bytes);
  return text === '' || text.includes('\ufffd') ? undefined : text;
}
