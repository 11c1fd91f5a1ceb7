import { create, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import { addProblem, type Cursor, isNull } from '../cursor.ts';
import type { Parts } from '../parts.ts';
import { isHidden } from '../rest-options.ts';
import { readElements, readMembers } from '../scanner.ts';
import { skipParts } from '../skip-value.ts';
import { enumReader, mismatch, type ReadValue, rejectNull, scalarReader, stringReader } from './scalars.ts';
import { timestampRule } from './text-rules.ts';
import { passUnknown } from './unknown-members.ts';

/** The reader of one member of a message. */
export type MemberReader = { field: DescField; read: ReadValue };

const readersOf = new WeakMap<DescMessage, Map<string, MemberReader>>();

/** Returns the readers of a message's members by JSON name, created once for each descriptor. */
export function memberReaders(desc: DescMessage): Map<string, MemberReader> {
  const known = readersOf.get(desc);
  if (known !== undefined) return known;
  const readers = new Map<string, MemberReader>();
  readersOf.set(desc, readers); // set before the fields are read, because a message may contain itself
  for (const field of desc.fields) {
    if (!isHidden(field)) readers.set(field.name, { field, read: fieldReader(field) });
  }
  return readers;
}

/** A generated message as a plain object. Its descriptor lists the members. */
export type Members = Record<string, unknown>;

export function setMember(message: Members, field: DescField, value: unknown): void {
  if (field.oneof === undefined) message[field.localName] = value;
  else message[field.oneof.localName] = { case: field.localName, value };
}

/** Resets a member to its initial value. This is needed for `null` after a value and for duplicate keys. */
export function clearMember(message: Members, field: DescField, desc: DescMessage): void {
  const fresh = create(desc) as Message & Members; // the message has the member, because the field is in its descriptor
  const name = field.oneof === undefined ? field.localName : field.oneof.localName;
  if (name in fresh) message[name] = fresh[name];
  else delete message[name];
}

function fieldReader(field: DescField): ReadValue {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarReader(field, field.scalar);
    case 'enum':
      return enumReader(field.enum);
    case 'message':
      return messageReader(field.message);
    case 'list':
      return listReader(rejectNull(elementReader(field)));
    case 'map':
      return mapReader(rejectNull(elementReader(field)), field.mapKey);
  }
}

function elementReader(field: DescField & { fieldKind: 'list' | 'map' }): ReadValue {
  const kind = field.fieldKind === 'list' ? field.listKind : field.mapKind;
  if (kind === 'enum' && field.enum !== undefined) return enumReader(field.enum);
  if (kind === 'message' && field.message !== undefined) return messageReader(field.message);
  if (field.scalar !== undefined) return scalarReader(field, field.scalar);
  throw new Error(`${field.toString()} cannot be read from JSON`);
}

function messageReader(desc: DescMessage): ReadValue {
  if (desc.typeName === 'google.protobuf.Timestamp') return stringReader(timestampRule);
  if (desc.typeName.startsWith('google.protobuf.')) throw new Error(`${desc.typeName} has no JSON form here`);
  const readers = memberReaders(desc);
  return (cursor, keep) => {
    if (cursor.text.charCodeAt(cursor.at) !== 0x7b) return mismatch(cursor, 'must be an object');
    const message = create(desc) as Message & Members; // the message's members are set by the names in its descriptor
    keep(message);
    return readMembers(cursor, 'strings', (key, keyAt) => {
      const member = readers.get(key);
      return member === undefined
        ? passUnknown(cursor, key, keyAt, () => readers.keys())
        : readMember(cursor, message, member, desc);
    });
  };
}

/** Reads one member into a message. `null` means absent. */
export function readMember(
  cursor: Cursor,
  message: Members,
  { field, read }: MemberReader,
  desc: DescMessage,
): Parts<void> | undefined {
  if (!isNull(cursor)) return read(cursor, (value) => setMember(message, field, value));
  cursor.at += 4;
  clearMember(message, field, desc);
  return undefined;
}

function listReader(readElement: ReadValue): ReadValue {
  return (cursor, keep) => {
    if (cursor.text.charCodeAt(cursor.at) !== 0x5b) return mismatch(cursor, 'must be an array');
    const list: unknown[] = [];
    keep(list);
    const add = (value: unknown) => void list.push(value);
    return readElements(cursor, () => readElement(cursor, add));
  };
}

function mapReader(readElement: ReadValue, keyKind: number): ReadValue {
  const isStringKey = keyKind === 9;
  return (cursor, keep) => {
    if (cursor.text.charCodeAt(cursor.at) !== 0x7b) return mismatch(cursor, 'must be an object');
    const map: Members = {};
    keep(map);
    return readMembers(cursor, 'strings', (key, keyAt) => {
      if (!isStringKey || key === '__proto__') {
        addProblem(cursor, keyAt, { message: 'is not an allowed key of this map', code: 'not_allowed' });
        return skipParts(cursor, 'strings');
      }
      return readElement(cursor, (value) => {
        map[key] = value;
      });
    });
  };
}
