import { isRawNumber, type JsonValue } from '@drippulse/json';

/** Bytes that V8 takes for values, rounded up. Objects with many members are hash tables that share no keys. */
const textBytes = 24;
const numberBytes = 96;
const arrayBytes = 48;
const objectBytes = 64;
const fewMembers = 16;
const memberBytes = 16;
const rowBytes = 128;
const slotBytes = 8;

/** Returns the bytes of memory that a JSON value takes, including its slot in the value that contains it. */
export function bytesOf(value: JsonValue): number {
  if (typeof value === 'string') return slotBytes + textBytes + 2 * value.length;
  if (typeof value !== 'object' || value === null) return slotBytes;
  if (isRawNumber(value)) return slotBytes + numberBytes + value.rawJSON.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + bytesOf(item), slotBytes + arrayBytes);
  const members = Object.entries(value);
  const ofEach = members.length > fewMembers ? rowBytes : memberBytes;
  return members.reduce((sum, [, member]) => sum + ofEach + bytesOf(member), slotBytes + objectBytes);
}
