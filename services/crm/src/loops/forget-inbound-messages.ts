import type { Loop } from '@drippulse/loops';
import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { forgottenAtOnce, startForgetting } from './start-forgetting.ts';

/**
 * Retention in days, longer than senders retry a message. The ids need not be kept longer, because a message that is
 * more than a few minutes old is refused anyway.
 */
const keptDays = 7;

/** Deletes the ids of messages that were accepted long ago. */
export function startForgetInboundMessages(ctx: Context): Loop {
  return startForgetting(ctx, 'forget inbound messages', forgetInboundMessages);
}

/** Deletes a slice of message ids and returns their number. */
export async function forgetInboundMessages(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from inbound_messages where ctid = any(array(
      select ctid from inbound_messages
      where received_at < now() - ${keptDays} * interval '1 day'
      order by received_at limit ${forgottenAtOnce}
    ))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
