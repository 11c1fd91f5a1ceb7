import type { TagToken } from 'liquidjs';
import { charge, createMeter, type Meter } from '../meter.ts';
import { wordsIn } from './words.ts';

/**
 * The costs of compiling: work, which is charged before it is done, and memory, which is added up. Texts that are
 * compiled together share one object.
 */
export type Compiling = {
  readonly meter: Meter;
  readonly bounds: Bounds;
  /** Number of tags and outputs so far, and number of words and signs in these tags and outputs. */
  tags: number;
  words: number;
  /** Bytes of memory that the results keep. */
  bytes: number;
};

/**
 * Maximum number of tags and outputs in texts that are compiled together, and of words and signs in these tags and
 * outputs.
 */
export type Bounds = { readonly tags: number; readonly words: number };

/**
 * The bounds for the steps of a definition, and for texts that are rendered once. The settings of a definition have
 * bounds of their own.
 */
export const definitionBounds: Bounds = { tags: 10_000, words: 30_000 };
/** No bounds, for texts that were checked against real bounds when they were saved. */
const unbounded: Bounds = { tags: Number.POSITIVE_INFINITY, words: Number.POSITIVE_INFINITY };

/** Meter units charged for a tag or an output: Liquid takes 2.5 µs for each. */
const tagUnits = 200;
/** Meter units charged for a word or a sign: a filter's operand with its comma takes 0.5 µs. */
const wordUnits = 24;
/**
 * Meter units charged for a character of a template. Liquid reads each character several times; it reads the characters
 * of a name in an operand most often.
 */
const characterUnits = 5;
/**
 * Upper bounds on the bytes of Liquid's objects. Measured: 450 bytes for an operator and its operand, and 1,250 for the
 * smallest output.
 */
const tagBytes = 1_088;
const wordBytes = 224;
/** Bytes of a quoted character: Liquid joins quoted characters one by one, and V8 keeps each intermediate string. */
const quotedBytes = 32;

/** A tag or an output of Liquid. */
type DelimitedToken = Pick<TagToken, 'input' | 'contentRange'>;

/**
 * The texts have more tags, or more words in tags, than may be compiled together. The message is the end of a sentence.
 */
export class TooManyTags extends Error {}

/** Starts counting the costs of compiling. If `meter` is missing, only `bounds` limit the work. */
export function startCompiling(
  meter: Meter = createMeter(Number.POSITIVE_INFINITY),
  bounds: Bounds = unbounded,
): Compiling {
  return { meter, bounds, tags: 0, words: 0, bytes: 0 };
}

/** Charges a template before any of it is read. */
export function countText({ meter }: Compiling, text: string): void {
  charge(meter, characterUnits * text.length);
}

/** Charges a tag or an output before its content is parsed. */
export function countTag(compiling: Compiling, { input, contentRange }: DelimitedToken): void {
  const { words, quoted } = wordsIn(input, ...contentRange);
  compiling.tags += 1;
  compiling.words += words;
  const { bounds } = compiling;
  if (compiling.tags > bounds.tags) throw new TooManyTags(`may have at most ${bounds.tags} tags and outputs in all`);
  if (compiling.words > bounds.words) {
    throw new TooManyTags(`may have at most ${bounds.words} words and signs in all tags and outputs`);
  }
  charge(compiling.meter, tagUnits + wordUnits * words);
  compiling.bytes += tagBytes + wordBytes * words + quotedBytes * quoted;
}
