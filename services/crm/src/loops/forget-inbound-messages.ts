import type { Loop } from '@drippulse/loops';
import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { forgottenAtOnce, startForgetting } from './start-forgetting.ts';

/** Longer than any sender repeats. Without its id a message is refused by its age alone, after minutes. */
const keptDays = 7;

/** Forgets the ids of messages that were taken long ago. */
export function startForgetInboundMessages(ctx: Context): Loop {
  return startForgetting(ctx, 'forget inbound messages', forgetInboundMessages);
}

/** Deletes some and returns how many. */
export async function forgetInboundMessages(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from inbound_messages where ctid = any(array(
      select ctid from inbound_messages
      where received_at < now() - ${keptDays} * interval '1 day'
      order by received_at limit ${forgottenAtOnce}
    ))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
