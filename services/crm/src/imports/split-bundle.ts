import { DomainError } from '@drippulse/errors';

/** An element of an array of the bundle, not parsed yet. */
export type BundleRow = { collection: string; row: number; text: string };

const maxRowLength = 1024 * 1024;
/**
 * Maximum nesting depth: the maximum depth of a request with one record, plus two levels for the bundle and its array.
 */
const maxDepth = 64 + 2;

/**
 * Splits a bundle into the elements of its top-level arrays as it arrives, so that only one element is in memory. It
 * refuses unmatched brackets, deep nesting and an incomplete bundle; it does not parse the elements.
 */
export async function* splitBundle(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<BundleRow> {
  const decode = createDecoder();
  const splitter = createSplitter();
  for await (const chunk of chunks) yield* splitter.take(decode(chunk));
  yield* splitter.take(decode(undefined));
  splitter.end();
}

function createSplitter() {
  /** The closing brackets that are still expected, outermost first. */
  const open: string[] = [];
  let isString = false;
  let isEscaped = false;
  let isOver = false;
  /** The current top-level member, and the number of its elements that were read. */
  let key = '';
  let row = 0;
  /** The text of the current key or element. */
  let piece = '';

  function* take(text: string): Generator<BundleRow> {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text.charAt(at);
      if (isString) {
        if (isEscaped) isEscaped = false;
        else if (char === '\\') isEscaped = true;
        else if (char === '"') isString = false;
        continue;
      }
      if (char === '"') isString = true;
      if (open.length === 0 && char !== '{' && char.trim() !== '') throw malformed();
      const isList = isInList();
      if (isList && (char === ',' || char === ']')) {
        const element = (piece + text.slice(from, at)).trim();
        if (element !== '') yield { collection: key, row, text: element };
        row += 1;
      } else if (open.length === 1 && char === ':') {
        key = readKey(piece + text.slice(from, at));
        row = 0;
      }
      if (char === '{' || char === '[') push(char);
      if (char === '}' || char === ']') pop(char);
      const isBoundary = open.length === 1 || (isInList() && (char === ',' || (char === '[' && !isList)));
      if (isBoundary && '{}[],:'.includes(char)) {
        piece = '';
        from = at + 1;
      }
      if (open.length === 0 && char === '}') isOver = true;
    }
    piece += text.slice(from);
    if (piece.length > maxRowLength) {
      throw new DomainError('too_large', 'row_too_large', 'A row of the bundle is larger than 1 MiB.');
    }
  }

  /** Whether the current position is directly in the array of a top-level member, outside its elements. */
  function isInList(): boolean {
    return open.length === 2 && open[1] === ']';
  }

  /** Records an opening bracket. Refuses a second object after the first, and too deep nesting. */
  function push(bracket: string): void {
    if (isOver) throw malformed();
    if (open.length === maxDepth) {
      throw new DomainError('malformed', 'too_deep', 'A row of the bundle is nested deeper than 64 levels.');
    }
    open.push(bracket === '{' ? '}' : ']');
  }

  function pop(bracket: string): void {
    if (open.pop() !== bracket) throw malformed();
  }

  function end(): void {
    if (!isOver || isString) throw malformed();
  }

  return { take, end };
}

function readKey(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch (cause) {
    throw malformed(cause);
  }
}

/**
 * Creates a decoder that joins characters which the pieces of the upload split. A call without a piece ends the upload.
 */
function createDecoder(): (chunk: Uint8Array | undefined) => string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (chunk) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw malformed(cause);
    }
  };
}

function malformed(cause?: unknown): DomainError {
  return new DomainError('malformed', 'malformed_json', 'The bundle is not a JSON object in UTF-8.', { cause });
}
