/**
 * Finds the offsets at which a part occurs in a string; occurrences may overlap. It takes linear time, by the method of
 * Knuth, Morris and Pratt. JavaScript's own search compares long parts again and again: it took 52 s for an input that
 * takes 10 ms here.
 */
export function* occurrences(text: string, part: string, from = 0): Generator<number> {
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === code) matched++;
    if (matched < part.length) continue;
    yield at + 1 - part.length;
    matched = borders[matched - 1] ?? 0;
  }
}

/**
 * Computes, for each prefix of a string, the length of the longest shorter string that both begins and ends the prefix.
 */
function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length);
  for (let at = 1, matched = 0; at < part.length; at++) {
    const code = part.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === code) matched++;
    borders[at] = matched;
  }
  return borders;
}

/**
 * Length of a part up to which JavaScript's own search is used: it makes at most this many comparisons for a character.
 */
const shortPart = 64;
/**
 * Length of a part up to which JavaScript's own search from the end is used. It is lower than `shortPart`, because a
 * search from the end starts a comparison at each place and is slower.
 */
const shortLastPart = 4;

/** Returns `text.indexOf(part)`, in linear time. */
export function firstIndexOf(text: string, part: string): number {
  if (part.length <= shortPart) return text.indexOf(part);
  if (part.length > text.length) return -1;
  for (const at of occurrences(text, part)) return at;
  return -1;
}

/** Returns `text.lastIndexOf(part)`, in linear time. */
export function lastIndexOf(text: string, part: string): number {
  if (part.length <= shortLastPart) return text.lastIndexOf(part);
  let last = -1;
  if (part.length <= text.length) for (const at of occurrences(text, part)) last = at;
  return last;
}

/** Returns `text.split(part)`, in linear time. */
export function splitBy(text: string, part: string): string[] {
  if (part.length <= shortPart) return text.split(part);
  const pieces: string[] = [];
  let from = 0;
  if (part.length <= text.length) {
    for (const at of occurrences(text, part)) {
      if (at < from) continue;
      pieces.push(text.slice(from, at));
      from = at + part.length;
    }
  }
  return [...pieces, text.slice(from)];
}
