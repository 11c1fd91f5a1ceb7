import type { JsonValue } from '@drippulse/json';
import { z } from 'zod';
import { readDate } from './dates.ts';

const words = z.array(z.string().min(1).max(100)).min(1).max(50);

/** Schema of the transforms and their options. No other transform is needed, because Liquid covers everything else. */
export const transformSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('trim') }),
  z.strictObject({ type: z.literal('lower') }),
  z.strictObject({ type: z.literal('upper') }),
  /** `locale`: locale that determines the decimal separator, such as `de`. Default: `en`. */
  z.strictObject({
    type: z.literal('number'),
    locale: z.string().max(35).refine(isLocale, 'must be a locale').optional(),
  }),
  /**
   * `format` consists of YYYY, MM, DD, HH, mm and ss. Default: ISO 8601. `zone` is the time zone of times without one.
   * Default: UTC.
   */
  z.strictObject({
    type: z.literal('date'),
    format: z.string().min(1).max(50).optional(),
    zone: z.string().max(100).refine(isZone, 'must be a time zone').optional(),
  }),
  z.strictObject({ type: z.literal('boolean'), true: words.optional(), false: words.optional() }),
  /** `values`: the replacement of each value. `otherwise`: whether any other value is refused (default) or kept. */
  z.strictObject({
    type: z.literal('map'),
    values: z.record(z.string().max(255), z.union([z.string().max(1_000), z.number(), z.boolean()])),
    otherwise: z.enum(['refuse', 'keep']).optional(),
  }),
  z.strictObject({ type: z.literal('split_name'), part: z.enum(['first', 'last']).optional() }),
  /** `columns`: fallbacks for `from`. The first column with a value is used. */
  z.strictObject({ type: z.literal('first_of'), columns: z.array(z.string().max(1_000)).min(1).max(20) }),
]);

export type Transform = z.output<typeof transformSchema>;

/** A value that a transform refuses. The message continues a sentence about the member. */
export class ValueRefusal extends Error {}

const truths = ['true', 'yes', 'y', '1', 'on', 'ja', 'wahr', 'oui', 'si', 'sí'];
const falsehoods = ['false', 'no', 'n', '0', 'off', 'nein', 'falsch', 'non', 'nee'];

/** Applies a transform to a string that is not empty. `to` is the target member. */
export function applyTransform(transform: Transform, text: string, to: string): JsonValue {
  switch (transform.type) {
    case 'trim':
    case 'first_of':
      return text.trim();
    case 'lower':
      return text.toLowerCase();
    case 'upper':
      return text.toUpperCase();
    case 'number':
      return readNumber(text, transform.locale ?? 'en');
    case 'date':
      return (
        readDate(text, transform) ??
        refuse(`is not a date${transform.format ? ` of the form ${transform.format}` : ''}`)
      );
    case 'boolean':
      return readBoolean(text, transform.true ?? truths, transform.false ?? falsehoods);
    case 'map':
      return mapped(transform, text);
    case 'split_name':
      return partOfName(text, transform.part ?? (to === 'last_name' ? 'last' : 'first'));
  }
}

function refuse(message: string): never {
  throw new ValueRefusal(message);
}

function mapped({ values, otherwise }: Extract<Transform, { type: 'map' }>, text: string): JsonValue {
  const found = Object.hasOwn(values, text) ? values[text] : undefined;
  if (found !== undefined) return found;
  return otherwise === 'keep' ? text : refuse('is none of the values of the map');
}

function readBoolean(text: string, yes: readonly string[], no: readonly string[]): boolean {
  const word = text.trim().toLowerCase();
  if (yes.some((one) => one.toLowerCase() === word)) return true;
  return no.some((one) => one.toLowerCase() === word) ? false : refuse('must be yes or no');
}

/** Reads a number. Drops separators between groups of three digits. Refuses any other format, and never guesses. */
function readNumber(text: string, locale: string): number {
  const parts = new Intl.NumberFormat(locale).formatToParts(-1234567.8);
  const decimal = parts.find(({ type }) => type === 'decimal')?.value ?? '.';
  const group = parts.find(({ type }) => type === 'group')?.value ?? ',';
  const bare = text
    .trim()
    .replace(/^[\p{Sc}\s]+|[\p{Sc}%\s]+$/gu, '')
    .replace('−', '-');
  const [whole = '', fraction, ...rest] = bare.split(decimal);
  const groups = whole.replaceAll(/[\s\u00a0\u202f’']/g, group).split(group);
  const isGrouped = /^-?\d{1,3}$/.test(groups[0] ?? '') && groups.slice(1).every((part) => /^\d{3}$/.test(part));
  const digits = groups.length === 1 || isGrouped ? groups.join('') : '';
  const isNumber = rest.length === 0 && /^-?\d+$/.test(digits) && /^\d*$/.test(fraction ?? '');
  return isNumber && fraction !== '' ? Number(`${digits}.${fraction ?? 0}`) : refuse('must be a number');
}

/** Returns a part of a name such as `Lovelace, Ada` or `Ada King Lovelace`. A single word is a first name. */
function partOfName(text: string, part: 'first' | 'last'): string {
  const [last, first] = text.split(',', 2);
  if (first !== undefined) return (part === 'first' ? first : (last ?? '')).trim();
  const words = text.trim().split(/\s+/);
  if (words.length === 1) return part === 'first' ? (words[0] ?? '') : '';
  return part === 'first' ? words.slice(0, -1).join(' ') : (words.at(-1) ?? '');
}

function isLocale(text: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(text).length > 0;
  } catch {
    return false;
  }
}

function isZone(text: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
}
