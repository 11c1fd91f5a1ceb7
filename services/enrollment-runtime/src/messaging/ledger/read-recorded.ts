import type { EffectResult } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { SendRequest } from '../send-request.ts';

/**
 * Reads the recorded results of sends that the mail server accepted, by key. The rows of these effects lack the results
 * if a process died before its commit.
 */
export async function readRecorded(
  trx: Transaction<DB>,
  sends: readonly Pick<SendRequest, 'organizationId' | 'key'>[],
): Promise<Map<string, EffectResult>> {
  if (sends.length === 0) return new Map();
  const { rows } = await sql<{ effect_key: string; result: string }>`
    select effect_key, result
    from unnest(
      ${sends.map(({ organizationId }) => organizationId)}::bigint[],
      ${sends.map(({ key }) => key)}::text[]) as asked (organization_id, effect_key)
    join sends using (organization_id, effect_key)
    where result is not null`.execute(trx);
  // `recordSent` stored this JSON.
  return new Map(rows.map((row) => [row.effect_key, JSON.parse(row.result) as EffectResult]));
}
