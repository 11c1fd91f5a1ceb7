import type { Random } from '@drippulse/testing/hostile';

/**
 * A way in which a server may escape a string. The kind of escape, its letter case and the escaped characters do not
 * change within a string.
 */
type Escape = { name: string; write(character: string): string };

/**
 * The characters that a server escapes. Those with a meaning in the escaped form are always escaped; the others may be.
 */
const reach = ['what is needed', 'all but letters', 'everything'] as const;
type Reach = (typeof reach)[number];

const isIn = (reached: Reach, character: string) =>
  reached === 'everything' || (reached === 'all but letters' && !/[\w]/.test(character));

const bytesOf = (character: string, digits: (value: number, length: number) => string) =>
  Array.from(Buffer.from(character), (byte) => `%${digits(byte, 2)}`).join('');
const unitsOf = (character: string, digits: (value: number, length: number) => string) =>
  Array.from({ length: character.length }, (_, at) => `\\u${digits(character.charCodeAt(at), 4)}`).join('');

const entities: Readonly<Record<string, string>> = {
  ...{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos', '+': 'plus', '/': 'sol', ä: 'auml', '%': 'percnt' },
};

function makeEscape(random: Random): Escape {
  const reached = random.pick(reach);
  const isUpper = random.below(2) === 0;
  const digits = (value: number, length: number) => {
    const text = value.toString(16).padStart(length, '0');
    return isUpper ? text.toUpperCase() : text;
  };
  const percent = (character: string) =>
    isIn(reached, character) || !/[\w.~-]/.test(character) ? bytesOf(character, digits) : character;
  const kinds: Readonly<Record<string, (character: string) => string>> = {
    percent,
    form: (character) => (character === ' ' ? '+' : percent(character)),
    json: (character) => (character === '/' && isUpper ? '\\/' : JSON.stringify(character).slice(1, -1)),
    'json with u': (character) =>
      isIn(reached, character) || /["\\\n\t]/.test(character) ? unitsOf(character, digits) : character,
    'javascript with x': (character) =>
      character < '\u0080' && (isIn(reached, character) || /[\\'"\n\t]/.test(character))
        ? `\\x${digits(character.charCodeAt(0), 2)}`
        : character,
    'html by name': (character) =>
      entities[character] !== undefined && (isIn(reached, character) || character === '&')
        ? `&${entities[character]};`
        : character,
    'html by number': (character) =>
      isIn(reached, character) || /[&<>"']/.test(character) ? `&#${character.codePointAt(0)};` : character,
    'html by hex': (character) =>
      isIn(reached, character) || /[&<>"']/.test(character)
        ? `&#x${digits(character.codePointAt(0) ?? 0, 1)};`
        : character,
  };
  const kind = random.pick(Object.keys(kinds));
  return { name: `${kind} of ${reached}`, write: (character) => kinds[kind]?.(character) ?? character };
}

const letters = [...'abcdefghijkmnopqrstuvwxyzABCDEF0123456789'];
const marks = [...'%\\&;#"\'<>/+ =._-~:,@!|\n\tä€😀%\\&+'];

/**
 * Makes a secret with six letters and, here and there, characters that look like escapes. Returns it with the pieces
 * that a server sends back, and with the escapes that the server applied, up to three layers of them.
 */
export function makeEcho(random: Random): { secret: string; pieces: string[]; how: string } {
  const middle = Array.from({ length: 8 + random.below(24) }, () =>
    random.pick(random.below(2) === 0 ? letters : marks),
  );
  // The last letter does not end an escape, so it is found even if it is not escaped.
  const characters = [...random.some(letters, 6), ...middle, 'z'];
  const layers = Array.from({ length: random.below(4) }, () => makeEscape(random));
  const pieces = characters.map((character) =>
    layers.reduce((text, { write }) => Array.from(text, write).join(''), character),
  );
  return { secret: characters.join(''), pieces, how: layers.map(({ name }) => name).join(', then ') || 'as it is' };
}

/** Makes a string with the bytes of a secret at any place, in one of the alphabets of base64. */
export function makeBase64(random: Random, secret: string): string {
  const around = () => 'x'.repeat(random.below(4));
  return Buffer.from(`${around()}${secret}${around()}`).toString(random.pick(['base64', 'base64url']));
}
