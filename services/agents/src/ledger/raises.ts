import type { JsonObject } from '@drippulse/json';
import { usdOf } from '../money.ts';
import type { Exceeded } from './exceeded.ts';
import type { Scope } from './windows.ts';

/**
 * A limit that a person is asked to raise for one execution. Amounts are in pico-USD, as strings. The raise is stored
 * as the request of a step, and the preview is made from it alone.
 */
export type Raise = {
  scope: Scope;
  /** Key of the full budget window. */
  key: string;
  limit: string;
  spent: string;
  reserved: string;
  needed: string;
  raised_to: string;
  /** Time at which the window resets by itself. Null if it never does. */
  resets_at: string | null;
};

/**
 * The limits that the organization itself sets, which a person can raise. The organization cannot raise the limits of
 * its plan or of the installation.
 */
const raisable: ReadonlySet<Scope> = new Set([
  ...(['execution', 'agent_day', 'workflow_day', 'enrollment'] as const),
  ...(['organization_day', 'organization_month'] as const),
]);

/**
 * Returns the raise that makes room for a call. The limit is raised by the cost limit of an execution, or by the needed
 * amount if that is higher. Returns undefined if the organization cannot raise the limit, or if the limit is 0. A limit
 * of 0 refuses every paid call, and nobody is asked for a raise.
 */
export function raiseFor({ full, neededPicoUsd }: Exceeded, executionPicoUsd: bigint): Raise | undefined {
  const { window, limitPicoUsd, spentPicoUsd, reservedPicoUsd } = full;
  if (!raisable.has(window.scope) || limitPicoUsd === 0n) return undefined;
  const taken = spentPicoUsd + reservedPicoUsd;
  const raisedTo = most(limitPicoUsd, taken) + most(executionPicoUsd, neededPicoUsd);
  return {
    scope: window.scope,
    key: window.key,
    limit: String(limitPicoUsd),
    spent: String(spentPicoUsd),
    reserved: String(reservedPicoUsd),
    needed: String(neededPicoUsd),
    raised_to: String(raisedTo),
    resets_at: window.resets ? window.endsAt.toISOString() : null,
  };
}

/** Builds the preview of a raise, which a person sees and approves. */
export function raiseToPreview(
  { scope, limit, spent, reserved, needed, raised_to: raisedTo, resets_at }: Raise,
  {
    executionKey,
    executionId,
    agentId,
    seq,
  }: { executionKey: string; executionId: bigint; agentId: bigint; seq: number },
): JsonObject {
  return {
    ...{ action: 'budget.raise', scope, limit_usd: usdOf(BigInt(limit)), raised_to_usd: usdOf(BigInt(raisedTo)) },
    ...{ spent_usd: usdOf(BigInt(spent)), reserved_usd: usdOf(BigInt(reserved)), needed_usd: usdOf(BigInt(needed)) },
    ...{ resets_at, agent_id: Number(agentId), execution_id: Number(executionId), key: `${executionKey}:${seq}` },
  };
}

function most(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
