import type { HandlerContext } from '@connectrpc/connect';
import type { Step } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { senderAddresses } from '../workflows/sender-addresses.ts';

const timeoutMs = 5_000;

/**
 * Refuses steps that send from an address that the caller's organization may not use. The check also runs for a caller
 * who may not save and is refused later. It reveals nothing secret to such a caller, who may validate steps anyway.
 * Must be called outside any transaction.
 */
export async function requireSenders(ctx: Context, call: HandlerContext, steps: readonly Step[]): Promise<void> {
  const violations = await senderProblems(ctx, call, steps);
  const [first] = violations;
  if (first !== undefined) throw new DomainError('invalid', 'sender_not_verified', first.message, { violations });
}

/** Returns the violations of steps that send from an address that the caller's organization may not use. */
export async function senderProblems(ctx: Context, call: HandlerContext, steps: readonly Step[]): Promise<Violation[]> {
  const senders = senderAddresses(steps);
  if (senders.length === 0) return [];
  const addresses = [...new Set(senders.map(({ address }) => address))];
  const { unverified } = await ctx.clients.senders(callerOf(call), call).checkSenders({ addresses }, { timeoutMs });
  return senders
    .filter(({ address }) => unverified.includes(address))
    .map(({ position, address }) => ({
      field: `steps.${position}.config.from`,
      message: `Step ${position} (email): ${address} is not at a domain that the organization has verified`,
      phrase: `${address} is not at a domain that the organization has verified`,
      code: 'not_allowed',
    }));
}
