import { turnUnits } from '@drippulse/engine';
import { createYielder } from '@drippulse/loops';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { EffectOutcome } from '../effects/effect-call.ts';
import type { Wake } from '../lanes/wake-lane.ts';
import { type Settlement, storeSettlements } from '../parking/settle-parked.ts';
import { type Answering, answersTo } from './answers.ts';
import { type ReadEvent, seenOf } from './event.ts';

/**
 * Number of waits in one transaction, divided among the contacts of its events. Each contact gets at least
 * `leastOfContact` and at most `mostOfContact`.
 */
const waitsAtOnce = 2_000;
const leastOfContact = 25;
const mostOfContact = 500;

export type WaitRow = {
  index: number;
  digest: string;
  enrollment_id: bigint;
  workflow_id: bigint;
  effect_key: string;
  step_id: string;
  place: number;
  exit: string;
  match: string | null;
  parked_at: Date;
  expires_at: Date;
};

/** The position at which an event continues, if more runs wait for it than fit in one transaction. */
export type Rest = { event: ReadEvent; after: bigint };

/** A wait that an event ends. */
type ChosenWait = { workflowId: bigint; enrollmentId: bigint; row: WaitRow; event: ReadEvent };

/**
 * Finds the waits that these events end. The events were accepted together. Their contacts are locked, so no run parks
 * or times out in the meantime. If several events match one wait, the event that the wait's step lists first wins. For
 * an event that an earlier transaction accepted, `after` is the last visited enrollment.
 */
export async function chooseWaits(
  { matches }: Pick<Context, 'matches'>,
  trx: Transaction<DB>,
  events: readonly ReadEvent[],
  { at, after }: { at: Date; after?: bigint },
): Promise<{ waits: ChosenWait[]; rests: Rest[] }> {
  const { rows, rests } = await readWaits(trx, events, after ?? 0n);
  const chosen = new Map<string, ChosenWait>();
  const yieldAfter = createYielder(turnUnits);
  for (const row of rows) {
    const event = events[row.index];
    if (event === undefined || at >= row.expires_at) continue;
    // A run that parked after the event has already looked back for the event.
    if (after !== undefined && at < row.parked_at) continue;
    const known = chosen.get(row.effect_key);
    if (known !== undefined && known.row.place <= row.place) continue;
    const { matches: isMatch, work } = matches.isMatch(row.match, event, at);
    const { workflow_id: workflowId, enrollment_id: enrollmentId } = row;
    if (isMatch) chosen.set(row.effect_key, { workflowId, enrollmentId, row, event });
    await yieldAfter(work);
  }
  return { waits: [...chosen.values()], rests };
}

/** Resumes the enrollments of chosen waits; their runs are locked. */
export async function resumeWaits(
  trx: Transaction<DB>,
  waits: readonly ChosenWait[],
  answering: Answering,
  at: Date,
): Promise<{ wakes: Wake[]; count: number }> {
  const { settled, wakes } = await storeSettlements(
    trx,
    waits.map(({ row, event }) => settlementOf(row, event, at)),
  );
  for (const { row, event } of waits) {
    if (!settled.has(row.effect_key)) continue;
    answersTo(answering, event).resumed.push([Number(row.workflow_id), Number(row.enrollment_id), row.step_id]);
  }
  return { wakes, count: settled.size };
}

export function settlementOf(
  wait: { workflow_id: bigint; enrollment_id: bigint; effect_key: string; exit: string },
  event: ReadEvent,
  at: Date,
): Settlement {
  const result: EffectOutcome = {
    outcome: 'succeeded',
    message: `${event.name} came`,
    output: { event: seenOf(event) },
    exit: wait.exit,
  };
  return { workflowId: wait.workflow_id, enrollmentId: wait.enrollment_id, key: wait.effect_key, result, at };
}

async function readWaits(trx: Transaction<DB>, events: readonly ReadEvent[], after: bigint) {
  const asked = events.flatMap((event, index) => event.digests.map((digest) => ({ event, index, digest })));
  if (asked.length === 0) return { rows: [], rests: [] };
  const most = Math.min(mostOfContact, Math.max(leastOfContact, Math.floor(waitsAtOnce / asked.length)));
  const { rows } = await waitsQuery(asked, { after, most }).execute(trx);
  const counts = Map.groupBy(rows, ({ index, digest }) => `${index} ${digest}`);
  const rests = new Map<ReadEvent, bigint>();
  for (const { event, index, digest } of asked) {
    const own = counts.get(`${index} ${digest}`) ?? [];
    const last = own.at(-1);
    if (own.length < most || last === undefined) continue;
    // The last enrollment may have further rows, so it is visited again.
    const next = last.enrollment_id - 1n;
    rests.set(event, minimum(rests.get(event) ?? next, next));
  }
  return { rows, rests: [...rests].map(([event, rest]): Rest => ({ event, after: rest })) };
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Selects the waits of the events' contacts. It runs for every event and must read only waits for its name. */
export function waitsQuery(
  asked: readonly { event: Pick<ReadEvent, 'organizationId' | 'mode' | 'name'>; index: number; digest: string }[],
  { after, most }: { after: bigint; most: number },
) {
  return sql<WaitRow>`
    select asked.index, asked.digest, wait.*
    from unnest(
      ${asked.map(({ event }) => event.organizationId)}::bigint[], ${asked.map(({ event }) => event.mode)}::text[],
      ${asked.map(({ event }) => event.name)}::text[], ${asked.map(({ digest }) => digest)}::uuid[],
      ${asked.map(({ index }) => index)}::int[]) as asked (organization_id, mode, event_name, digest, index)
    cross join lateral (
      select enrollment_id, workflow_id, effect_key, step_id, place, exit, match, parked_at, expires_at
      from waits
      where organization_id = asked.organization_id and mode = asked.mode and event_name = asked.event_name
        and contact_key = asked.digest and enrollment_id > ${after}
      order by enrollment_id, place limit ${most}
    ) as wait`;
}
