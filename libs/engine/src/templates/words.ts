const isWordCode = Array.from({ length: 128 }, (_, code) => /[A-Za-z0-9_-]/.test(String.fromCharCode(code)));
const space = ' '.charCodeAt(0);

/**
 * Counts the words and signs in a part of a string: runs of letters and digits, and every other character except
 * blanks. Liquid makes at most one object for each word or sign. Words in quotes are counted too, because Liquid skips
 * some quotes without treating them as quotes. `quoted` is the number of characters that may be in quotes.
 */
export function wordsIn(text: string, begin: number, end: number): { words: number; quoted: number } {
  let words = 0;
  let firstQuote = end;
  let isInWord = false;
  for (let at = begin; at < end; at++) {
    const code = text.charCodeAt(at);
    const isWord = isWordCode[code] === true;
    if (code > space && !(isWord && isInWord)) words += 1;
    isInWord = isWord;
    if (firstQuote === end && isQuote(code)) firstQuote = at;
  }
  return { words, quoted: end - firstQuote };
}

function isQuote(code: number): boolean {
  return code === 0x22 || code === 0x27;
}
