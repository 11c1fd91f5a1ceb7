import { DomainError } from '@drippulse/errors';

/** One element of an array of the bundle, as text still to be parsed. */
export type BundleRow = { collection: string; row: number; text: string };

const maxRowLength = 1024 * 1024;

/**
 * Cuts a bundle into the elements of its top-level arrays as it arrives, so that only one of them is in memory. What
 * the elements hold is for whoever parses them; brackets that do not match, and a bundle cut short, are refused.
 */
export async function* splitBundle(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<BundleRow> {
  const decode = createDecoder();
  const splitter = createSplitter();
  for await (const chunk of chunks) yield* splitter.take(decode(chunk));
  yield* splitter.take(decode(undefined));
  splitter.end();
}

function createSplitter() {
  /** What is open, outermost first. */
  let open = '';
  let isString = false;
  let isEscaped = false;
  let isOver = false;
  /** The top-level member whose value is being read, and how many elements of it were read. */
  let key = '';
  let row = 0;
  /** The last piece that matters: a key, or an element. */
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
      if (open === '' && char !== '{' && char.trim() !== '') throw malformed();
      const isList = open === '{[';
      if (isList && (char === ',' || char === ']')) {
        const element = (piece + text.slice(from, at)).trim();
        if (element !== '') yield { collection: key, row, text: element };
        row += 1;
      } else if (open === '{' && char === ':') {
        key = readKey(piece + text.slice(from, at));
        row = 0;
      }
      if (char === '{' || char === '[') open = push(open, char);
      if (char === '}' || char === ']') open = pop(open, char);
      const isBoundary = open === '{' || (open === '{[' && (char === ',' || (char === '[' && !isList)));
      if (isBoundary && /[{}[\],:]/.test(char)) {
        piece = '';
        from = at + 1;
      }
      if (open === '' && char === '}') isOver = true;
    }
    piece += text.slice(from);
    if (piece.length > maxRowLength) {
      throw new DomainError('too_large', 'row_too_large', 'A row of the bundle is larger than 1 MiB.');
    }
  }

  /** A second object behind the first is refused as well: something is open once more, or was never closed. */
  function push(before: string, char: string): string {
    if (isOver) throw malformed();
    return before + char;
  }

  function end(): void {
    if (!isOver || isString) throw malformed();
  }

  return { take, end };
}

function pop(open: string, char: string): string {
  if (open.at(-1) !== (char === '}' ? '{' : '[')) throw malformed();
  return open.slice(0, -1);
}

function readKey(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch (cause) {
    throw malformed(cause);
  }
}

/** Characters that the pieces of an upload cut in two come whole; the end of the upload is undefined. */
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
