import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { SendRequest } from '../send-request.ts';

/**
 * Returns the keys of sends whose own mail was reported as bounced or complained about. An attempt of such a send
 * reached the mail server, but its result was never recorded, because its process died or the server's answer was lost.
 */
export async function readReturned(
  trx: Transaction<DB>,
  sends: readonly Pick<SendRequest, 'key' | 'enrollmentId'>[],
): Promise<Set<string>> {
  if (sends.length === 0) return new Set();
  const { rows } = await sql<{ effect_key: string }>`
    select deliveries.effect_key
    from unnest(
      ${sends.map(({ enrollmentId }) => enrollmentId)}::bigint[],
      ${sends.map(({ key }) => key)}::text[]) as asked (enrollment_id, effect_key)
    join deliveries using (enrollment_id, effect_key)
    where deliveries.status in ('bounced', 'complained')`.execute(trx);
  return new Set(rows.map((row) => row.effect_key));
}
