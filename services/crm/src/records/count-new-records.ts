import { fromConnectError } from '@drippulse/rpc';
import type { Write } from './write.ts';

const timeoutMs = 2_000;

/**
 * Counts the new records of a request that continues a chain, where all of a chain is counted. Refuses them as `chain_cut`
 * beyond its budget. It is part of the write, because the answer of a repeated request makes no record. A step of a workflow
 * was counted when it was planned.
 */
export async function countNewRecords(
  { ctx, author: { organizationId, actor, cause } }: Write,
  records: number,
): Promise<void> {
  if (cause === undefined || actor.type === 'workflow' || records === 0) return;
  try {
    const client = ctx.clients.chains({ organizationId, actor, role: 'editor', mode: 'live' });
    await client.countRecords({ cause, records }, { timeoutMs });
  } catch (error) {
    throw fromConnectError(error);
  }
}
