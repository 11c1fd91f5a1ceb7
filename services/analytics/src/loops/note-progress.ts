import { databaseNow } from '@drippulse/db';
import { type Loop, startLoop } from '@drippulse/loops';
import { serviceOf } from '@drippulse/topology';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { factTopics } from '../progress/topics.ts';

const noteEveryMs = 2_000;
/** Upper bound of the time between the commit of events and their arrival in the event log. */
const relayMs = 2_000;

/** Records for each topic the last time at which all events in the log were counted. */
export function startNoteProgress(ctx: Context): Loop {
  return startLoop({
    name: 'note progress',
    log: ctx.log,
    maxIdleMs: noteEveryMs,
    async run() {
      for (const topic of factTopics) await note(ctx, topic);
      return noteEveryMs;
    },
  });
}

async function note(ctx: Context, topic: string): Promise<void> {
  const now = await databaseNow(ctx.db.kysely);
  const lag = await ctx.events.lag(topic, serviceOf('analytics'));
  if ([...lag.values()].every((events) => events === 0n)) await noteCounted(ctx, topic, now);
  const noted = await ctx.db.kysely
    .selectFrom('progress')
    .select('complete_until')
    .where('topic', '=', topic)
    .executeTakeFirst();
  if (noted !== undefined) ctx.metrics.isBehind(topic, now.getTime() - noted.complete_until.getTime());
}

async function noteCounted(ctx: Context, topic: string, now: Date): Promise<void> {
  const until = new Date(now.getTime() - relayMs);
  await sql`
    insert into progress as kept (topic, complete_until) values (${topic}, ${until})
    on conflict (topic) do update set complete_until = greatest(kept.complete_until, excluded.complete_until)`.execute(
    ctx.db.kysely,
  );
}
