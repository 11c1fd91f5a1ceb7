import type { DescField, DescMessage, MessageShape } from '@bufbuild/protobuf';
import { partLength } from '../parts.ts';
import { elementWriter, type Members, memberWriters, messageWriter, type WriteValue } from './writers.ts';

const encoders = new WeakMap<DescMessage, WriteValue>();

/**
 * Encodes a message as JSON text: snake_case names, enums by their short lower-case names, timestamps in RFC 3339,
 * int64 as numbers. An unset field is `null`, or absent with `omit_if_unset`. Free JSON is inserted unchanged.
 */
export function encodeJson<D extends DescMessage>(desc: D, message: MessageShape<D>): string {
  let write = encoders.get(desc);
  if (write === undefined) {
    write = messageWriter(desc);
    encoders.set(desc, write);
  }
  return write(message);
}

/**
 * Encodes one field of a message as JSON text; `null` when the field is unset. It is used for the `response_body` of a
 * method.
 */
export function encodeField(field: DescField, message: unknown): string {
  // The message has the member, because the field is in its descriptor.
  const value = (message as Members)[field.localName];
  return value === undefined ? 'null' : elementWriter(field)(value);
}

/** Joins the parts of a streamed list into one JSON object. */
export type ListEncoder = {
  /** Yields the text to send for a part, in pieces. */
  part(message: unknown): Generator<string>;
  /** Returns the text that closes the object. The members next to the list come from the last part. */
  end(): string;
};

/**
 * Starts the JSON object of a streamed list. Writes the elements of the message's first repeated field as they arrive.
 * Collects other repeated fields until the end. Takes singular fields from the last part.
 */
export function startList(desc: DescMessage): ListEncoder {
  const [streamed, ...kept] = desc.fields.filter(({ fieldKind }) => fieldKind === 'list');
  if (streamed === undefined) throw new Error(`${desc.typeName} has no list to stream`);
  const writeElement = elementWriter(streamed);
  const collected: Record<string, unknown[]> = Object.fromEntries(kept.map(({ localName }) => [localName, []]));
  let head = `{${JSON.stringify(streamed.name)}:[`;
  let isFirst = true;
  let last: Members = { ...collected };
  return {
    *part(message) {
      last = message as Members; // each message has `desc` as its descriptor
      for (const { localName } of kept) collected[localName]?.push(...(last[localName] as unknown[]));
      let text = head;
      head = '';
      for (const element of last[streamed.localName] as unknown[]) {
        text += isFirst ? writeElement(element) : `,${writeElement(element)}`;
        isFirst = false;
        if (text.length < partLength) continue;
        yield text;
        text = '';
      }
      if (text !== '') yield text;
    },
    end() {
      const whole = { ...last, ...collected };
      const others = memberWriters(desc).filter(({ field }) => field !== streamed);
      const members = others.map(({ write }) => write(whole)).filter((text) => text !== '');
      return `${head}]${members.map((text) => `,${text}`).join('')}}`;
    },
  };
}
