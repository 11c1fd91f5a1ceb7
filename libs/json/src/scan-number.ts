import { type Cursor, malformed } from './cursor.ts';

/** Moves past the number that starts at the cursor. */
export function skipNumber(cursor: Cursor): void {
  const { text } = cursor;
  if (text.charCodeAt(cursor.at) === 0x2d) cursor.at++;
  if (text.charCodeAt(cursor.at) === 0x30) cursor.at++;
  else skipDigits(cursor);
  if (text.charCodeAt(cursor.at) === 0x2e) {
    cursor.at++;
    skipDigits(cursor);
  }
  const exponent = text.charCodeAt(cursor.at);
  if (exponent !== 0x65 && exponent !== 0x45) return;
  cursor.at++;
  const sign = text.charCodeAt(cursor.at);
  if (sign === 0x2b || sign === 0x2d) cursor.at++;
  skipDigits(cursor);
}

function skipDigits(cursor: Cursor): void {
  const { text } = cursor;
  const start = cursor.at;
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (!(code >= 0x30 && code <= 0x39)) break;
    at++;
  }
  cursor.at = at;
  if (at === start) throw malformed(cursor);
}
