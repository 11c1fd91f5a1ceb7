import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FrameSchema } from '@drippulse/proto/drippulse/events/v1/frame_pb';
import type { TransportMessage } from '../transport.ts';

type Headers = TransportMessage['headers'];

/** Encodes messages as one frame, which has the headers and the first bytes that all of them share only once. */
export function packMessages(messages: readonly TransportMessage[]): Uint8Array {
  const headers = sharedHeaders(messages);
  const parts = messages.map((message) => ({ ...message, headers: otherHeaders(message.headers, headers) }));
  return packParts(headers, new Uint8Array(), parts);
}

/**
 * Encodes a frame of messages that share `headers`, unless a message has a header of that name itself, and whose values
 * begin with `prefix`: `parts` are the messages without both.
 */
export function packParts(headers: Headers, prefix: Uint8Array, parts: readonly TransportMessage[]): Uint8Array {
  const same = sharedStart(parts);
  const first = parts[0]?.value.subarray(0, same) ?? new Uint8Array();
  const messages = parts.map(({ key, headers: own, value }) => ({ key, headers: own, rest: value.subarray(same) }));
  return toBinary(FrameSchema, create(FrameSchema, { headers, prefix: Buffer.concat([prefix, first]), messages }));
}

/** Decodes the messages of a frame, in order, and adds `more` to the headers of each. */
export function unpackMessages(frame: Uint8Array, more: Headers = {}): TransportMessage[] {
  const { headers, prefix, messages } = fromBinary(FrameSchema, frame);
  const shared = { ...more, ...headers };
  // All values in one allocation: with one allocation each, decoding takes twice the time.
  const bytes = messages.reduce((sum, { rest }) => sum + prefix.byteLength + rest.byteLength, 0);
  const values = new Uint8Array(bytes);
  let end = 0;
  return messages.map(({ key, headers: own, rest }) => {
    const start = end;
    values.set(prefix, start);
    values.set(rest, start + prefix.byteLength);
    end = start + prefix.byteLength + rest.byteLength;
    return { key, value: values.subarray(start, end), headers: { ...shared, ...own } };
  });
}

/** The headers that every message has, with the same value. */
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

/** How many bytes the values of all parts begin with. */
function sharedStart([first, ...others]: readonly TransportMessage[]): number {
  if (first === undefined) return 0;
  let length = first.value.byteLength;
  for (const { value } of others) {
    let same = 0;
    while (same < length && value[same] === first.value[same]) same += 1;
    length = same;
  }
  return length;
}
