import type { HandlerContext } from '@connectrpc/connect';
import type { Step } from '@drippulse/engine';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { type StepConnection, stepConnections } from '../workflows/step-connections.ts';

const timeoutMs = 2_000;

/** A step whose connection a live run could not use now, and the reason. */
export type Unusable = StepConnection & { reason: string };

/**
 * Finds the steps whose connection could not be used now. A workflow may be created before its connections, so such
 * steps are not refused. Undefined while the integrations service is unavailable. Must be called outside any
 * transaction.
 */
export async function unusableConnections(
  ctx: Context,
  call: HandlerContext,
  steps: readonly Step[],
): Promise<Unusable[] | undefined> {
  const used = stepConnections(steps);
  if (used.length === 0) return [];
  const connections = [...new Map(used.map((one) => [nameOf(one), one])).values()].map(
    ({ provider, connectionKey }) => ({ provider, connectionKey }),
  );
  try {
    const client = ctx.clients.connections(callerOf(call), call);
    const { unusable } = await client.findUnusableConnections({ connections }, { timeoutMs });
    const reasons = new Map(unusable.map((one) => [nameOf(one), one.reason]));
    return used.flatMap((one) => {
      const reason = reasons.get(nameOf(one));
      return reason === undefined ? [] : [{ ...one, reason }];
    });
  } catch (error) {
    ctx.log.warn({ err: error }, 'connections of steps cannot be looked up');
    return undefined;
  }
}

function nameOf({ provider, connectionKey }: { provider: string; connectionKey: string }): string {
  return `${provider} ${connectionKey}`;
}
