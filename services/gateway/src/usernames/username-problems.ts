import type { Violation } from '@drippulse/errors';
import { maxUsernameLength, tidyUsername } from './username-key.ts';

/** Scripts that are written without combining marks once a name is in NFKC. A mark on them imitates another letter. */
const plain = ['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Georgian'];
/** The other recommended scripts of UAX #31, with those that one language mixes (UTS #39, 5.2). */
const marked = [
  ...['Arabic', 'Hebrew', 'Thaana', 'Ethiopic', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil'],
  ...['Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar', 'Khmer'],
];
const mixed = [
  ['Han', 'Hiragana', 'Katakana'],
  ['Han', 'Hangul'],
  ['Han', 'Bopomofo'],
];

/** The signs and digits of ASCII, which names of every script may have. */
const common = String.raw`[\x20-\x40\x5b-\x60\x7b-\x7e]`;
const oneScript = [
  ...plain.map((script) => lettersOf([script], String.raw`\p{L}`)),
  ...[...marked.map((script) => [script]), ...mixed].map((scripts) => lettersOf(scripts, String.raw`[\p{L}\p{M}]`)),
];

const invisible = /[\p{Default_Ignorable_Code_Point}\p{C}]/u;
/** PRECIS IdentifierClass (RFC 8264), with single spaces and with the digits of ASCII alone. */
const allowed = /^[\p{L}\p{M}\x21-\x7e]+(?: [\p{L}\p{M}\x21-\x7e]+)*$/u;
/** Latin letters of phonetic notation, most of which look like an ordinary one. */
const phonetic = /[\u0250-\u02af\u1d00-\u1dbf\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f]/;
/** Names of these letters alone look like Latin ones (the lists of Chromium's check of host names). */
const lookAlike = /^(?:[аысԁеԍһіюјӏорԗԛѕԝхуъьҽпгѵѡ]|[\x20-\x40\x5b-\x60\x7b-\x7e])+$/iu;
const greekLookAlike = /^(?:[αικνρυωηοτ]|[\x20-\x40\x5b-\x60\x7b-\x7e])+$/iu;

/** The reasons why a name may not be chosen. A name that was chosen before a rule came stays. */
export function usernameProblems(text: string | null | undefined): Violation[] {
  const name = tidyUsername(text ?? '');
  const message = problemOf(text ?? '', name);
  return message === undefined ? [] : [{ field: 'username', message, code: name === '' ? 'required' : 'format' }];
}

function problemOf(text: string, name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (text.length > maxUsernameLength || name.length > maxUsernameLength) {
    return `must be at most ${maxUsernameLength} characters long`;
  }
  if (invisible.test(text) || invisible.test(name)) return 'must not have invisible or control characters';
  if (!allowed.test(name)) return 'may have letters, the digits and signs of ASCII, and single spaces';
  if (phonetic.test(name) || !oneScript.some((script) => script.test(name))) {
    return 'must have letters of one script, without further marks';
  }
  const isLatin = /[a-z]/i.test(name) || !/\p{L}/u.test(name);
  if (!isLatin && (lookAlike.test(name) || greekLookAlike.test(name)))
    return 'must not look like a name in Latin letters';
  return undefined;
}

function lettersOf(scripts: readonly string[], kind: string): RegExp {
  const letters = scripts.map((script) => String.raw`\p{scx=${script}}`).join('');
  return new RegExp(`^(?:${common}|(?=${kind})[${letters}])+$`, 'u');
}
