import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Frame, FrameSchema } from '@drippulse/proto/drippulse/events/v1/frame_pb';
import { type Hint, hintOf } from '../hints/hint.ts';
import type { TransportMessage } from '../transport.ts';

type Headers = TransportMessage['headers'];

const none: Headers = {};

/** Encodes messages as one frame. Headers and first bytes that all messages share are in the frame only once. */
export function packMessages(messages: readonly TransportMessage[]): Uint8Array {
  const headers = sharedHeaders(messages);
  const parts = messages.map(({ key, value, headers: own }) => ({ key, value, headers: otherHeaders(own, headers) }));
  return packParts(headers, new Uint8Array(), parts);
}

/**
 * Encodes a frame. `headers` belong to all messages, unless a message has its own header of that name; `prefix` begins
 * all values. `parts` are the messages without these headers and without the prefix. `hints` are the hints that the
 * messages cause.
 */
export function packParts(
  headers: Headers,
  prefix: Uint8Array,
  parts: readonly TransportMessage[],
  hints: readonly Hint[] = [],
): Uint8Array {
  const same = sharedStart(parts);
  const first = parts[0]?.value.subarray(0, same) ?? new Uint8Array();
  const frame = {
    headers,
    prefix: Buffer.concat([prefix, first]),
    keys: parts.map(({ key }) => key),
    ids: parts.map(({ headers: { ce_id = '' } }) => ce_id),
    sizes: parts.map(({ value }) => value.byteLength - same),
    rests: Buffer.concat(parts.map(({ value }) => (same === 0 ? value : value.subarray(same)))),
    otherHeaders: headersBesidesId(parts),
    hints: [...hints],
  } satisfies MessageInitShape<typeof FrameSchema>;
  return toBinary(FrameSchema, create(FrameSchema, frame));
}

/** Decodes the messages of a frame, in order, and adds `more` to the headers of each message. */
export function unpackMessages(bytes: Uint8Array, more: Headers = none): TransportMessage[] {
  return unpackFrame(bytes, more).messages;
}

/** Decodes the messages of a frame, and its hints. */
export function unpackFrame(bytes: Uint8Array, more: Headers): { messages: TransportMessage[]; hints: Hint[] } {
  const frame = fromBinary(FrameSchema, bytes);
  return { messages: messagesIn(frame, more), hints: frame.hints.map(hintOf) };
}

function messagesIn(frame: Frame, more: Headers): TransportMessage[] {
  const { headers, prefix, keys, ids, sizes, rests, otherHeaders: others } = frame;
  const shared = { ...more, ...headers };
  // All values share one allocation. With one allocation for each value, decoding takes twice the time.
  const values = new Uint8Array(keys.length * prefix.byteLength + rests.byteLength);
  let from = 0;
  let end = 0;
  return keys.map((key, index) => {
    const start = end;
    const to = from + (sizes[index] ?? 0);
    values.set(prefix, start);
    values.set(rests.subarray(from, to), start + prefix.byteLength);
    end += prefix.byteLength + to - from;
    from = to;
    const own: Headers = { ...shared, ...others[index]?.headers };
    const id = ids[index];
    if (id) own['ce_id'] = id;
    return { key, value: values.subarray(start, end), headers: own };
  });
}

/** Returns the headers of the messages that have headers besides `ce_id`, by the position of the message. */
function headersBesidesId(parts: readonly TransportMessage[]) {
  const others: Record<number, { headers: Headers }> = {};
  for (const [index, { headers }] of parts.entries()) {
    for (const name in headers) {
      const value = headers[name];
      // An empty id is treated as absent.
      if (value === undefined || (name === 'ce_id' && value !== '')) continue;
      others[index] ??= { headers: {} };
      others[index].headers[name] = value;
    }
  }
  return others;
}
/** Returns the headers that every message has, with the same value. */
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

/** Returns the number of bytes that all values have in common at their start. */
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
