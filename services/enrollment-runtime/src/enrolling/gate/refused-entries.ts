import { sql, type Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { readContact } from '../../enrollments/contact.ts';
import type { Lane } from '../../lanes/lane.ts';

/** A contact that was kept out. */
export type RefusedEntry = { contact: string; reason: string; allowedAt: Date | undefined };

/** Time for which refusals of entry are kept. */
const refusedDays = 90;

/** Records contacts that were kept out of a workflow. */
export async function storeRefused(
  ctx: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  { lane, mode }: { lane: Lane; mode: string },
  refused: readonly RefusedEntry[],
): Promise<void> {
  const { organizationId, workflowId, version } = lane;
  const people = refused.map(({ contact }) => readContact(contact));
  if (refused.length === 0) return;
  await sql`
    insert into refused_entries (
      organization_id, workflow_id, refused_at, allowed_at, version, mode, reason, email, lead_ref)
    select ${organizationId}, ${workflowId}, ${ctx.dbNow}, allowed_at, ${version}, ${mode}, reason, email, lead_ref
    from unnest(
      ${refused.map(({ allowedAt }) => allowedAt ?? null)}::timestamptz[],
      ${refused.map(({ reason }) => reason)}::text[],
      ${people.map(({ email }) => email?.toLowerCase() ?? null)}::text[],
      ${people.map(({ leadRef }) => leadRef)}::text[]) as refused (allowed_at, reason, email, lead_ref)`.execute(trx);
}

/** Deletes some old refusals, and returns how many. */
export async function forgetRefused({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>, most: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from refused_entries where ctid = any(array(
      select ctid from refused_entries where refused_at < ${dbNow} - ${refusedDays} * interval '1 day'
      order by refused_at limit ${most} for update skip locked
    ))`.execute(db.kysely);
  return Number(numAffectedRows ?? 0n);
}
