import type { TransportMessage } from './transport.ts';

type Headers = TransportMessage['headers'];

/** What a batch says of its messages, as JSON: what they share stands once, and `[key, other headers, size]` of each. */
type Contents = { headers: Headers; prefix: number; messages: [key: string, headers: Headers, size: number][] };

const lengthBytes = 4;

/**
 * Packs messages into one value: the length of the contents, the contents, the bytes all values begin with, and the rest of
 * each. Events of one transaction differ in little, and a row for each costs several times what the events do.
 */
export function packMessages(messages: readonly TransportMessage[]): Buffer {
  const headers = sharedHeaders(messages);
  const prefix = sharedPrefix(messages.map(({ value }) => value));
  const contents: Contents = {
    headers,
    prefix,
    messages: messages.map((message) => [
      message.key,
      otherHeaders(message.headers, headers),
      message.value.byteLength - prefix,
    ]),
  };
  const text = Buffer.from(JSON.stringify(contents));
  const length = Buffer.allocUnsafe(lengthBytes);
  length.writeUInt32BE(text.byteLength);
  const [first] = messages;
  const start = first === undefined ? [] : [first.value.subarray(0, prefix)];
  return Buffer.concat([length, text, ...start, ...messages.map(({ value }) => value.subarray(prefix))]);
}

/** The messages of a batch, in order, each with these headers more. */
export function unpackMessages(batch: Uint8Array, more: Headers = {}): TransportMessage[] {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  const prefixAt = lengthBytes + bytes.readUInt32BE();
  const contents: Contents = JSON.parse(bytes.toString('utf8', lengthBytes, prefixAt));
  let at = prefixAt + contents.prefix;
  const prefix = bytes.subarray(prefixAt, at);
  const shared = { ...more, ...contents.headers };
  return contents.messages.map(([key, headers, size]) => {
    const value = Buffer.concat([prefix, bytes.subarray(at, at + size)], contents.prefix + size);
    at += size;
    return { key, value, headers: { ...shared, ...headers } };
  });
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

/** How many bytes all values begin with. */
function sharedPrefix(values: readonly Uint8Array[]): number {
  const [first, ...others] = values;
  let length = first?.byteLength ?? 0;
  for (const value of others) {
    let same = 0;
    while (same < length && value[same] === first?.[same]) same += 1;
    length = same;
  }
  return length;
}
