import { addJob } from '@drippulse/db';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { DB } from '../db/schema.ts';

/** The kind of the jobs that mail admins. */
export const noticeJobs = 'billing notice';

const input = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('usage'),
    key: z.string(),
    meter: z.string(),
    threshold: z.number(),
    used: z.number(),
    limit: z.number(),
    resetsAt: z.string().nullable(),
  }),
  z.object({ kind: z.literal('past_due'), key: z.string(), day: z.number(), holdsAt: z.string() }),
]);

/** The content of a mail. Each admin of an organization gets one mail per key. */
export type BillingNotice = z.infer<typeof input>;

/**
 * Adds a notice in the transaction of the change that it reports. A job sends the mails, because only the identity
 * service stores the members, and no transaction may wait for that service.
 */
export async function addNotice(trx: Transaction<DB>, organizationId: bigint, notice: BillingNotice): Promise<void> {
  await addJob(trx, { organizationId, kind: noticeJobs, input: JSON.stringify(notice), total: 1n });
}

export function readNotice(text: string): BillingNotice {
  return input.parse(JSON.parse(text));
}
