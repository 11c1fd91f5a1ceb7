import { CallFirst } from '@drippulse/db';
import { fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Author } from './author.ts';

const timeoutMs = 2_000;

/** Number of records that a write has made so far. */
export type Made = { records: number };

/**
 * Counts the new records of a request that continues a chain. The runtime counts all records of a chain. A write that
 * makes more records than were counted is rolled back, and runs again after they are counted: `withCalls` does this.
 * Records beyond the budget of the chain are refused with `chain_cut`. Only the write knows the number of its records,
 * and a repeat that gets a stored answer makes no records. A step of a workflow was already counted when it was
 * planned.
 */
export function countNewRecords(ctx: Context, author: Author) {
  let counted = 0;
  return async <T>(write: (made: Made) => Promise<T>): Promise<T> => {
    const made: Made = { records: 0 };
    const result = await write(made);
    const { cause, actor } = author;
    if (cause === undefined || actor.type === 'workflow' || made.records <= counted) return result;
    throw new CallFirst(async () => {
      await count(ctx, author, { cause, records: made.records - counted });
      counted = made.records;
    });
  };
}

async function count(ctx: Context, { organizationId, actor }: Author, chain: { cause: string; records: number }) {
  try {
    const client = ctx.clients.chains({ organizationId, actor, role: 'editor', mode: 'live' });
    await client.countRecords(chain, { timeoutMs });
  } catch (error) {
    throw fromConnectError(error);
  }
}
