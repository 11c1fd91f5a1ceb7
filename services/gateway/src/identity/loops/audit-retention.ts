import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

const hourMs = 3_600_000;
const keptDays = 400;
const sliceRows = 1_000;

/** Deletes rows of the audit trail after 400 days, from the beginning of each chain, hourly and in slices. */
export function startAuditRetention({ db, clock, log }: Pick<Context, 'db' | 'clock' | 'log'>): Loop {
  return startLoop({
    name: 'audit-retention',
    log,
    maxIdleMs: hourMs,
    async run(signal) {
      const before = new Date(clock.now().getTime() - keptDays * 24 * hourMs);
      const { rows: organizations } = await sql<{ id: bigint }>`
        select distinct organization_id as id from audit_events where created_at < ${before}`.execute(db.kysely);
      for (const { id } of organizations) {
        for (let deleted = sliceRows; deleted === sliceRows && !signal.aborted; ) {
          const { rows } = await sql<{ count: bigint }>`
            select expire_audit_events(${id}, ${before}, ${sliceRows}) as count`.execute(db.kysely);
          deleted = Number(rows[0]?.count ?? 0n);
        }
      }
      return hourMs;
    },
  });
}
