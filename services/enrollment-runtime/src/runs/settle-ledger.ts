import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { effectTypeOf, isEffectKind } from '../effects/effects.ts';
import { type FreedPlace, type SettledSend, settleSends } from '../messaging/index.ts';
import type { Move } from './move.ts';
import { problemOf, type Result, resultOf } from './record-results.ts';

/** Records in the ledger the results of effects that reach people. Returns the places that their sends gave back. */
export async function settleLedger(trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<FreedPlace[]> {
  return settleSends(trx, moves.flatMap(resultOf).flatMap(settledSend), now);
}

/** Returns the sends that are held because they lost to another send. */
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
      // An accepted message is recorded as sent, because the provider will send it.
      status: status === 'succeeded' || status === 'accepted' ? 'sent' : status,
      reason: problemOf(settled),
      dueAt: status === 'pending' && wakeAt !== null ? new Date(wakeAt) : null,
      // A goal ended the send, but an attempt may already have been made.
      keepsPlace: settled.isCut === true,
      endsHeld: settled.isCut === true,
    },
  ];
}
