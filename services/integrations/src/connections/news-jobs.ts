import { addJob } from '@drippulse/db';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { DB } from '../db/schema.ts';

/** The kind of the jobs that report changes of a connection. */
export const newsJobs = 'connection news';

const input = z.object({
  kind: z.enum(['failed', 'recovered', 'ending']),
  id: z.coerce.bigint(),
  sequence: z.coerce.bigint(),
  /** Code of the failure; empty if nothing failed. */
  reason: z.string(),
  /** Time at which the connection stopped working. */
  failedAt: z.coerce.date().nullable(),
});

export type News = z.infer<typeof input>;

/**
 * Adds a job that reports a change of a connection, in the transaction of the change. The report is made after the
 * transaction, because it needs workflows and members from other services, and no transaction waits for other services.
 */
export async function addNews<D extends DB>(
  trx: Transaction<D>,
  o: {
    kind: News['kind'];
    id: bigint;
    organizationId: bigint;
    sequence: bigint;
    reason: string;
    failed_at: Date | null;
  },
): Promise<void> {
  const text = JSON.stringify({
    kind: o.kind,
    id: String(o.id),
    sequence: String(o.sequence),
    reason: o.reason,
    failedAt: o.failed_at,
  });
  await addJob(trx, { organizationId: o.organizationId, kind: newsJobs, input: text, total: 1n });
}

export function readNews(text: string): News {
  return input.parse(JSON.parse(text));
}
