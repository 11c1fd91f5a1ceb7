import type { LeadScoreSubject } from '@drippulse/proto/drippulse/crm/v1/lead_scores_pb';
import { type RawBuilder, sql } from 'kysely';
import { type LeadRow, leads } from '../leads/lead.ts';
import { notFound } from '../records/ids.ts';
import { lockRecord } from '../records/rows.ts';
import type { Write } from '../records/write.ts';
import { ambiguous } from './message.ts';

/**
 * Locks the lead that a message names. If the message names an email address that several leads have, the newest of
 * them is used. An external id is unique only within its system.
 */
export async function lockLead(write: Write, subject: LeadScoreSubject): Promise<LeadRow> {
  const { publicId, externalId, externalSystem, email = '' } = subject;
  if (publicId) return lockRecord(write, leads, publicId);
  if (!externalId) {
    const [newest] = await find(
      write,
      sql`lower(email) = ${email.toLowerCase()} order by created_at desc, id desc limit 1`,
    );
    return lockFound(write, newest);
  }
  const ofSystem = externalSystem === undefined ? sql`` : sql`and coalesce(external_system, '') = ${externalSystem}`;
  const [only, another] = await find(write, sql`external_id = ${externalId} ${ofSystem} limit 2`);
  if (another !== undefined) throw ambiguous();
  return lockFound(write, only);
}

async function find({ trx, author: { organizationId } }: Write, rest: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from leads where organization_id = ${organizationId} and deleted_at is null and ${rest}`.execute(trx);
  return rows.map(({ id }) => id);
}

/** Locks the lead. Throws `not_found` if the lead was deleted after it was found. */
async function lockFound(write: Write, id: string | undefined): Promise<LeadRow> {
  if (id === undefined) throw notFound('lead');
  return lockRecord(write, leads, id);
}
