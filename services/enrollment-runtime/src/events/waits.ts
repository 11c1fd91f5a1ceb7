import type { JsonObject } from '@drippulse/engine';
import { stringifyJson } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { contactKeysOf } from '../contacts/lock-contacts.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { settleAllParked } from '../parking/settle-parked.ts';
import type { OpenedParking, Parking } from '../parkings.ts';
import { storedJson } from '../runs/stored-json.ts';
import { digestOf } from './event.ts';
import { type EventWait, lookBack } from './look-back.ts';

/** The request of a `wait_for_event` step. Its rules are rendered. */
const requestSchema = z.object({
  events: z.array(z.object({ event_name: z.string(), match: z.custom<JsonObject | null>(), exit: z.string() })),
  look_back: z.enum(['entry', 'none']).default('entry'),
});

/** Defines the handling of runs that are parked in a `wait_for_event` step. */
export function waitForEvent(ctxOf: () => Pick<Context, 'dbNow' | 'matches' | 'turns'>): Parking {
  return {
    async opened(trx, parked, now) {
      const waits = parked.map(readWait);
      const parkedAt = await timeUnderLock(ctxOf(), trx);
      await storeWaits(trx, waits, parkedAt);
      const settlements = await lookBack(
        ctxOf(),
        trx,
        waits.filter(({ looksBack }) => looksBack),
        now,
      );
      if (settlements.length > 0) await settleAllParked(trx, settlements);
    },
    async ended(trx, enrollmentIds) {
      await sql`delete from waits where enrollment_id = any(${enrollmentIds}::bigint[])`.execute(trx);
    },
  };
}

function readWait(parked: OpenedParking): EventWait {
  const { events, look_back } = requestSchema.parse(parked.request);
  return {
    parked,
    events: events.map(({ event_name: name, match, exit }, place) => ({
      name,
      match: match === null ? null : stringifyJson(match),
      exit,
      place,
    })),
    digests: contactKeysOf(parked).map(digestOf),
    looksBack: look_back === 'entry',
  };
}

async function timeUnderLock({ dbNow }: Pick<Context, 'dbNow'>, trx: Transaction<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${dbNow} + (clock_timestamp() - now()) as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no time');
  return row.now;
}

async function storeWaits(trx: Transaction<DB>, waits: readonly EventWait[], parkedAt: Date): Promise<void> {
  const rows = waits.flatMap(({ parked, events, digests }) =>
    digests.flatMap((digest) =>
      events.map(({ name, match, exit, place }) => ({
        organization_id: String(parked.organizationId),
        enrollment_id: String(parked.enrollmentId),
        workflow_id: String(parked.workflowId),
        expires_at: parked.until.toISOString(),
        contact_key: digest,
        place,
        mode: parked.mode,
        event_name: name,
        effect_key: parked.key,
        step_id: parked.stepId,
        exit,
        match_text: match,
      })),
    ),
  );
  if (rows.length === 0) return;
  await sql`
    insert into waits (organization_id, enrollment_id, workflow_id, parked_at, expires_at, contact_key, place, mode, event_name,
      effect_key, step_id, exit, match)
    select organization_id, enrollment_id, workflow_id, ${parkedAt}::timestamptz, expires_at, contact_key, place, mode, event_name,
      effect_key, step_id, exit, match_text::json
    from json_to_recordset(${storedJson(rows)}::json) as opened (
      organization_id bigint, enrollment_id bigint, workflow_id bigint, expires_at timestamptz, contact_key uuid, place int,
      mode text, event_name text, effect_key text, step_id text, exit text, match_text text)`.execute(trx);
}
