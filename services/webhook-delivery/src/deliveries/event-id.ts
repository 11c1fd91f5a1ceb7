import { randomBytes } from 'node:crypto';

/**
 * Makes an event id: `evt_` and a UUIDv7 (RFC 9562), which has 48 bits of milliseconds, then random bits around version
 * and variant.
 */
export function newEventId(at: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return `evt_${bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
}
