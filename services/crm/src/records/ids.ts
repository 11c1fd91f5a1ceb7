import { randomBytes } from 'node:crypto';
import { DomainError } from '@drippulse/errors';
import { type RawBuilder, sql } from 'kysely';
import type { RecordType } from '../record-type.ts';
import { tables } from './collection.ts';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const longestPublicId = 64;

export function isUuid(id: string): boolean {
  return uuidPattern.test(id);
}

/** Creates a public id with 96 random bits. */
export function makePublicId(type: RecordType): string {
  return `${tables[type].prefix}_${randomBytes(12).toString('hex')}`;
}

/** Whether a string looks like a public id of the type. */
export function isPublicId(type: RecordType, id: string): boolean {
  return id.startsWith(`${tables[type].prefix}_`) && id.length <= longestPublicId && /^[a-z]+_[0-9A-Za-z]+$/.test(id);
}

/** Returns the condition for an id from a path or body. A malformed id matches no row. */
export function hasId(type: RecordType, id: string): RawBuilder<boolean> {
  if (isUuid(id)) return sql<boolean>`id = ${id}::uuid`;
  return isPublicId(type, id) ? sql<boolean>`public_id = ${id}` : sql<boolean>`false`;
}

/**
 * Creates the error for a malformed or unknown id, for a deleted record and for a record of a different organization.
 */
export function notFound(type: RecordType): DomainError {
  return new DomainError('not_found', `${type}_not_found`, `There is no ${type} with this id.`);
}
