import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { effectTypeOf, isEffectKind } from '../effects/effects.ts';
import { type FreedPlace, type SettledSend, settleSends } from '../messaging/index.ts';
import type { Move } from './move.ts';
import { problemOf, type Result, resultOf } from './record-results.ts';

/** Writes the results of effects that reach people into the ledger. Returns the places that sends gave back. */
export async function settleLedger(trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<FreedPlace[]> {
  return settleSends(trx, moves.flatMap(resultOf).flatMap(settledSend), now);
}

/** Returns the sends that moves hold in favour of another send. */
export function lostSends(moves: readonly Move[]): Pick<SettledSend, 'organizationId' | 'key'>[] {
  return moves.flatMap(({ run, settled }) => {
    const isLost = settled?.result.outcome === 'held' && settled.result.lostTo !== undefined;
    return isLost ? [{ organizationId: run.identity.organizationId, key: settled.effect.key }] : [];
  });
}

function settledSend({ move, settled, status }: Result): SettledSend[] {
  const { kind, key } = settled.effect;
  if (!isEffectKind(kind) || effectTypeOf(kind).sends === undefined) return [];
  const { wakeAt } = move.state;
  return [
    {
      organizationId: move.run.identity.organizationId,
      key,
      // A provider that has accepted a message sends it.
      status: status === 'succeeded' || status === 'accepted' ? 'sent' : status,
      reason: problemOf(settled),
      dueAt: status === 'pending' && wakeAt !== null ? new Date(wakeAt) : null,
      // A goal ended the send while an attempt may have been made.
      keepsPlace: settled.isCut === true,
      endsHeld: settled.isCut === true,
    },
  ];
}
