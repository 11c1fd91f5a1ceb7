import type { TransportMessage } from './transport.ts';

type Headers = TransportMessage['headers'];

/** What a batch says of its messages, as JSON: what they share stands once, and `[key, other headers, size]` of each. */
type Contents = { headers: Headers; prefix: number; messages: [key: string, headers: Headers, size: number][] };

const lengthBytes = 4;

/** A message whose value is what a batch begins with, and a piece of these bytes; `headers` are those it does not share. */
export type Part = { key: string; headers: Headers; bytes: Buffer; start: number; end: number };

/**
 * Packs messages into one value: the length of the contents, the contents, the bytes all values begin with, and the rest of
 * each. Events of one transaction differ in little, and a row for each costs several times what the events do.
 */
export function packMessages(messages: readonly TransportMessage[]): Buffer {
  const headers = sharedHeaders(messages);
  const parts = messages.map(({ key, headers: own, value }) => ({
    key,
    headers: otherHeaders(own, headers),
    bytes: bufferOf(value),
    start: 0,
    end: value.byteLength,
  }));
  return packParts(headers, new Uint8Array(), parts);
}

/** The same where it is known already what messages share: these headers, unless they say otherwise, and this prefix. */
export function packParts(headers: Headers, prefix: Uint8Array, parts: readonly Part[]): Buffer {
  const same = sharedStart(parts);
  const contents: Contents = {
    headers,
    prefix: prefix.byteLength + same,
    messages: parts.map((part) => [part.key, part.headers, part.end - part.start - same]),
  };
  const text = JSON.stringify(contents);
  const textBytes = Buffer.byteLength(text);
  const valueBytes = contents.messages.reduce((sum, [, , size]) => sum + size, contents.prefix);
  const batch = Buffer.allocUnsafe(lengthBytes + textBytes + valueBytes);
  let at = batch.writeUInt32BE(textBytes);
  at += batch.write(text, at);
  batch.set(prefix, at);
  at += prefix.byteLength;
  const [first] = parts;
  if (first !== undefined) at += first.bytes.copy(batch, at, first.start, first.start + same);
  for (const { bytes, start, end } of parts) at += bytes.copy(batch, at, start + same, end);
  return batch;
}

/** The messages of a batch, in order, each with these headers more. */
export function unpackMessages(batch: Uint8Array, more: Headers = {}): TransportMessage[] {
  const bytes = bufferOf(batch);
  const prefixAt = lengthBytes + bytes.readUInt32BE();
  const contents: Contents = JSON.parse(bytes.toString('utf8', lengthBytes, prefixAt));
  let from = prefixAt + contents.prefix;
  const shared = { ...more, ...contents.headers };
  // All values in one piece of memory: for a piece each a thousand messages take twice the time.
  const values = Buffer.allocUnsafe(contents.messages.length * contents.prefix + bytes.byteLength - from);
  let at = 0;
  return contents.messages.map(([key, headers, size]) => {
    const start = at;
    at += bytes.copy(values, at, prefixAt, prefixAt + contents.prefix);
    at += bytes.copy(values, at, from, from + size);
    from += size;
    return { key, value: values.subarray(start, at), headers: { ...shared, ...headers } };
  });
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Those that every message has, with the same value. */
function sharedHeaders(messages: readonly TransportMessage[]): Headers {
  const [first, ...others] = messages;
  const shared = Object.entries(first?.headers ?? {}).filter(([name, value]) =>
    others.every(({ headers }) => headers[name] === value),
  );
  return Object.fromEntries(shared);
}

function otherHeaders(headers: Headers, shared: Headers): Headers {
  const others: Headers = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !(name in shared)) others[name] = value;
  }
  return others;
}

/** How many bytes all parts begin with. Few differ from the first earlier than those before them: the rest is one look. */
function sharedStart([first, ...others]: readonly Part[]): number {
  if (first === undefined) return 0;
  let length = first.end - first.start;
  for (const other of others) {
    length = Math.min(length, other.end - other.start);
    if (first.bytes.compare(other.bytes, other.start, other.start + length, first.start, first.start + length) === 0)
      continue;
    let same = 0;
    while (first.bytes[first.start + same] === other.bytes[other.start + same]) same += 1;
    length = same;
  }
  return length;
}
