import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { enumNames, fieldRest, isHidden } from '../rest-options.ts';
import { formatTimestamp } from '../timestamps.ts';

/** A generated message as a plain object. Its descriptor lists the members. */
export type Members = Readonly<Record<string, unknown>>;
/** Writes one value as JSON text. */
export type WriteValue = (value: unknown) => string;
/** Writes `"name":value`; the empty string when the member is left out. */
export type MemberWriter = { field: DescField; write: (message: Members) => string };

const writersOf = new WeakMap<DescMessage, MemberWriter[]>();

/** Returns the writers of a message's members in the order of the proto, created once for each descriptor. */
export function memberWriters(desc: DescMessage): MemberWriter[] {
  const known = writersOf.get(desc);
  if (known !== undefined) return known;
  const writers: MemberWriter[] = [];
  writersOf.set(desc, writers); // set before the fields are read, because a message may contain itself
  for (const field of desc.fields) {
    if (!isHidden(field)) writers.push({ field, write: memberWriter(field) });
  }
  return writers;
}

export function messageWriter(desc: DescMessage): WriteValue {
  if (desc.typeName === 'google.protobuf.Timestamp') return (value) => `"${formatTimestamp(value as Timestamp)}"`;
  const writers = memberWriters(desc);
  return (value) => {
    const message = value as Members; // the message's members are read by the names in its descriptor
    let text = '';
    for (const { write } of writers) {
      const member = write(message);
      if (member !== '') text += text === '' ? member : `,${member}`;
    }
    return `{${text}}`;
  };
}

function memberWriter(field: DescField): MemberWriter['write'] {
  const { localName, oneof } = field;
  const prefix = `${JSON.stringify(field.name)}:`;
  const absent = fieldRest(field).omitIfUnset ? '' : `${prefix}null`;
  const write = fieldWriter(field);
  const isUnset = unsetRule(field);
  if (oneof === undefined) {
    return (message) => {
      const value = message[localName];
      return isUnset(value) ? absent : prefix + write(value);
    };
  }
  return (message) => {
    // This is the form in which protobuf-es represents a oneof.
    const choice = message[oneof.localName] as { case?: string; value?: unknown };
    return choice.case === localName ? prefix + write(choice.value) : absent;
  };
}

function unsetRule(field: DescField): (value: unknown) => boolean {
  const isOmitted = fieldRest(field).omitIfUnset;
  if (field.fieldKind === 'list') return (value) => isOmitted && (value as unknown[]).length === 0;
  if (field.fieldKind === 'map') return (value) => isOmitted && Object.keys(value as object).length === 0;
  // An enum is unset if it is zero. JSON text is unset if it is empty.
  if (field.fieldKind === 'enum') return (value) => value === undefined || value === 0;
  if (fieldRest(field).json) return (value) => value === undefined || (value as Uint8Array).length === 0;
  return (value) => value === undefined;
}

function fieldWriter(field: DescField): WriteValue {
  switch (field.fieldKind) {
    case 'list':
      return listWriter(elementWriter(field));
    case 'map':
      return mapWriter(elementWriter(field));
    default:
      return elementWriter(field);
  }
}

/** Returns the writer of one value of a field, or of one element of a list or map. */
export function elementWriter(field: DescField): WriteValue {
  if (field.enum !== undefined) {
    const names = enumNames(field.enum);
    return (value) => JSON.stringify(names.get(value as number) ?? null);
  }
  if (field.message !== undefined) {
    const { message } = field;
    let write: WriteValue | undefined;
    return (value) => {
      write ??= messageWriter(message); // created on first use, because a message may contain itself
      return write(value);
    };
  }
  if (field.scalar === ScalarType.BYTES) return fieldRest(field).json ? spliceText : writeBase64;
  if (field.scalar === ScalarType.STRING) return JSON.stringify;
  // NaN is written as null
  if (field.scalar === ScalarType.DOUBLE || field.scalar === ScalarType.FLOAT) return JSON.stringify;
  return String;
}

function spliceText(value: unknown): string {
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function writeBase64(value: unknown): string {
  const bytes = value as Uint8Array;
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"`;
}

function listWriter(write: WriteValue): WriteValue {
  return (value) => {
    let text = '';
    for (const element of value as unknown[]) text += text === '' ? write(element) : `,${write(element)}`;
    return `[${text}]`;
  };
}

function mapWriter(write: WriteValue): WriteValue {
  return (value) => {
    const members = Object.entries(value as object).map(([key, element]) => `${JSON.stringify(key)}:${write(element)}`);
    return `{${members.join(',')}}`;
  };
}
