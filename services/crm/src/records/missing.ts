import { DomainError } from '@drippulse/errors';
import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { isMergeable } from './collection.ts';
import { hasId, notFound } from './ids.ts';
import { findSurvivors } from './survivors.ts';

/** Creates the error for a missing record. If the record was merged, the message names the survivor. */
export async function missing(
  db: Kysely<DB>,
  organizationId: bigint,
  type: RecordType,
  id: string,
): Promise<DomainError> {
  const survivors = isMergeable(type) ? await findSurvivors(db, organizationId, type, hasId(type, id)) : [];
  const [survivor] = survivors;
  if (survivor === undefined) return notFound(type);
  return new DomainError('not_found', `${type}_not_found`, `The ${type} was merged into ${survivor.public_id}.`);
}
