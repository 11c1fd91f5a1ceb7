import type { Definition } from '@drippulse/engine';
import type { JsonValue } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { isSettledByOthers } from '../effects/effects.ts';
import type { Settled, StoredEffect, StoredParking, Work } from './claimed-run.ts';
import { storedJson } from './stored-json.ts';
import { storedOutcome } from './stored-outcome.ts';

/**
 * Whether another process may have stored a result since this work was read. That can happen to a parking whose time is
 * over, and to an effect that another service performs.
 */
export function isContested({ run, settled, expiring }: Work, now: Date): boolean {
  if (expiring !== undefined) return (run.state.wakeAt ?? 0) <= now.getTime();
  return settled?.durationMs !== undefined && isSettledByOthers(settled.effect.kind);
}

/**
 * Decides contested works. A result that was stored after the works were read takes precedence: an event that was
 * accepted before the end of a parking is used, even if its transaction commits after that end. The caller must have
 * locked the contacts and then the runs; this function locks the intents. A parking expires only if this process still
 * has its run, which is then in `ours`.
 */
export async function settleContested(
  trx: Transaction<DB>,
  works: readonly Work[],
  ours: ReadonlySet<bigint>,
  { definitionOf, now }: { definitionOf: (work: Work) => Definition | undefined; now: Date },
): Promise<readonly Work[]> {
  if (works.length === 0) return works;
  const stored = await lockResults(trx, works);
  const decided = works.map((work) => {
    const settled = decide(work, stored, { isOurs: ours.has(work.run.identity.id), definition: definitionOf(work) });
    return settled === undefined ? work : { ...work, settled };
  });
  await storeExpired(trx, decided, now);
  return decided;
}

type Stored = { attempt: number; result: string | null };

function decide(
  { run, settled, expiring }: Work,
  stored: ReadonlyMap<string, Stored>,
  { isOurs, definition }: { isOurs: boolean; definition: Definition | undefined },
): Settled | undefined {
  const effect = expiring ?? settled?.effect;
  if (effect === undefined) return undefined;
  const found = stored.get(effect.key);
  if (found !== undefined && found.result !== null && found.attempt >= run.state.attempt) {
    return { effect, result: storedOutcome(found.result), durationMs: undefined };
  }
  if (expiring === undefined || !isOurs) return settled;
  const expired = definition?.steps[expiring.stepIndex]?.parks?.expired;
  return expired && { effect: expiring, result: expired, durationMs: undefined, isExpired: true };
}

function effectOf({ settled, expiring }: Work): StoredEffect | StoredParking | undefined {
  return expiring ?? settled?.effect;
}

async function lockResults(trx: Transaction<DB>, works: readonly Work[]): Promise<Map<string, Stored>> {
  const { rows } = await sql<Stored & { effect_key: string }>`
    select effects.effect_key, effects.attempt, effects.result::text as result
    from unnest(
      ${works.map(({ run }) => run.identity.id)}::bigint[],
      ${works.map((work) => effectOf(work)?.key ?? '')}::text[]) as asked (enrollment_id, effect_key), effects
    where effects.enrollment_id = asked.enrollment_id and effects.effect_key = asked.effect_key
    order by effects.enrollment_id, effects.effect_key for update of effects`.execute(trx);
  return new Map(rows.map((row) => [row.effect_key, row]));
}

async function storeExpired(trx: Transaction<DB>, works: readonly Work[], now: Date): Promise<void> {
  const rows = works.flatMap(({ run, settled }) =>
    settled?.isExpired
      ? [
          {
            enrollment_id: String(run.identity.id),
            effect_key: settled.effect.key,
            attempt: run.state.attempt,
            result: settled.result as JsonValue,
          },
        ]
      : [],
  );
  if (rows.length === 0) return;
  await sql`
    update effects set status = 'succeeded', attempt = expired.attempt, result = expired.result, finished_at = ${now}
    from json_to_recordset(${storedJson(rows)}::json) as expired (
      enrollment_id bigint, effect_key text, attempt int, result json)
    where effects.enrollment_id = expired.enrollment_id and effects.effect_key = expired.effect_key`.execute(trx);
}
