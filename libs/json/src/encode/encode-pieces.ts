import type { DescField, DescMessage, MessageShape } from '@bufbuild/protobuf';
import { partLength } from '../parts.ts';
import { encodeField } from './encode-json.ts';
import { elementWriter, type Members, memberWriters } from './writers.ts';

/** The text that has been written but not yet yielded. */
type Text = { made: string };

/**
 * Yields the text of `encodeJson` in pieces of about `partLength` characters, so that other work can have a turn
 * between the pieces. A piece ends between two elements of a list, or between two members.
 */
export function* encodePieces<D extends DescMessage>(desc: D, message: MessageShape<D>): Generator<string> {
  const text = { made: '' };
  yield* writeMessage(text, desc, message as Members); // the message's members are read by the names in its descriptor
  yield text.made;
}

/** Yields the text of `encodeField` in pieces. */
export function* encodeFieldPieces(field: DescField, message: unknown): Generator<string> {
  // The message has the member, because the field is in its descriptor.
  const value = (message as Members)[field.localName];
  if (field.fieldKind !== 'message' || value === undefined || !hasMembers(field.message)) {
    yield encodeField(field, message);
    return;
  }
  const text = { made: '' };
  yield* writeMessage(text, field.message, value as Members);
  yield text.made;
}

function* writeMessage(text: Text, desc: DescMessage, message: Members): Generator<string> {
  text.made += '{';
  let separator = '';
  for (const writer of memberWriters(desc)) {
    const { field } = writer;
    const value = message[field.localName];
    if (field.fieldKind === 'list' && field.message !== undefined && isFilled(value)) {
      text.made += `${separator}${JSON.stringify(field.name)}:`;
      yield* writeList(text, field, value);
    } else if (isNested(field) && field.message !== undefined && value !== undefined) {
      text.made += `${separator}${JSON.stringify(field.name)}:`;
      yield* writeMessage(text, field.message, value as Members);
    } else {
      const member = writer.write(message);
      if (member === '') continue;
      text.made += separator + member;
    }
    separator = ',';
    yield* whole(text);
  }
  text.made += '}';
}

function* writeList(text: Text, field: DescField, elements: readonly unknown[]): Generator<string> {
  const writeElement = elementWriter(field);
  let separator = '[';
  for (const element of elements) {
    text.made += separator + writeElement(element);
    separator = ',';
    yield* whole(text);
  }
  text.made += ']';
}

function* whole(text: Text): Generator<string> {
  if (text.made.length < partLength) return;
  yield text.made;
  text.made = '';
}

function isFilled(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}

/**
 * Whether a field belongs to a oneof. The members of a oneof are in an object of their own, which is written as a
 * whole.
 */
function isNested(field: DescField): boolean {
  return field.fieldKind === 'message' && field.oneof === undefined && hasMembers(field.message);
}

/** Whether a message is written as an object. A timestamp is written as a string. */
function hasMembers({ typeName }: DescMessage): boolean {
  return typeName !== 'google.protobuf.Timestamp';
}
