import { type Full, findRoom, quotaExceeded, type Room } from '@drippulse/entitlements';
import type { Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import type { Entrants, EntryAnswer, HeldReason } from '../entrants.ts';
import type { Entrant } from '../insert.ts';
import { storeHeld } from './held-entries.ts';

/** A contact that enters, with its position among the given contacts. */
export type Covered = { entrant: Entrant; index: number };

type Admitted = Entrants & { covered: Covered[]; entries: EntryAnswer[] };

/** Interval between checks of an organization's payment. A payment makes its waiting contacts due immediately. */
const unpaidMs = 86_400_000;

/**
 * Leaves out the contacts that the quotas of their organizations do not cover. Contacts that are already held enter in
 * the order in which they came. A person who is held out uses no quota, and neither does a test enrollment.
 */
export async function keepQuotas(ctx: Context, trx: Transaction<DB>, all: readonly Admitted[]): Promise<void> {
  const rooms = await findRoom(trx, 'enrollments', all.flatMap(askOf), ctx.dbNow);
  for (const [organizationId, room] of rooms) {
    if (room.full === undefined) continue;
    const own = all.filter((one) => one.lane.organizationId === organizationId && isLive(one));
    await leaveOut(ctx, trx, own, { room, full: room.full });
  }
}

/** Counts the enrollments that use the quota of their organization. Holdouts and test enrollments do not use it. */
export function askOf(admitted: Entrants & { covered: readonly Covered[] }) {
  const count = isLive(admitted) ? admitted.covered.filter(({ entrant }) => !entrant.isHeldOut).length : 0;
  return count === 0 ? [] : [{ organizationId: admitted.lane.organizationId, count }];
}

function isLive({ lane, mode }: Entrants): boolean {
  return lane.mode === 'live' && mode === 'live';
}

async function leaveOut(
  ctx: Context,
  trx: Transaction<DB>,
  own: readonly Admitted[],
  { room, full }: { room: Room; full: Full },
): Promise<void> {
  if (own.some(({ beyondQuota }) => beyondQuota === 'refuse' || (beyondQuota === 'leave_out' && room.granted === 0)))
    throw quotaExceeded(full);
  const asking = own.flatMap((admitted) =>
    admitted.covered.flatMap((one) =>
      one.entrant.isHeldOut ? [] : [{ admitted, one, place: admitted.places?.[one.index] ?? 0n }],
    ),
  );
  asking.sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
  const retryAt = full.resetsAt ?? new Date(ctx.clock.now().getTime() + unpaidMs);
  for (const [admitted, beyond] of Map.groupBy(asking.slice(room.granted), (each) => each.admitted)) {
    const left = new Set(beyond.map(({ one }) => one));
    await answer(ctx, trx, admitted, [...left], { retryAt, reason: full.reason === 'limit' ? 'quota' : full.reason });
    admitted.covered = admitted.covered.filter((one) => !left.has(one));
  }
}

async function answer(
  ctx: Context,
  trx: Transaction<DB>,
  admitted: Admitted,
  beyond: readonly Covered[],
  { retryAt, reason }: { retryAt: Date; reason: HeldReason },
): Promise<void> {
  const { beyondQuota = 'hold', entries } = admitted;
  const waiting = beyond.map(({ entrant }) => entrant);
  const ids = beyondQuota === 'hold' ? await storeHeld(ctx, trx, admitted, waiting, { retryAt, reason }) : [];
  for (const [place, { index }] of beyond.entries()) {
    entries[index] =
      beyondQuota === 'leave_out'
        ? { decision: 'refused', reason: 'quota', allowedAt: retryAt }
        : { decision: 'held', reason, id: ids[place], until: retryAt };
  }
}
