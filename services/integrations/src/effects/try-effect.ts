import { inputSentence, type Provider, readInput, type Verdict } from '@drippulse/providers';
import { type Progress, runAction } from '../calls/run-action.ts';
import { maskVerdict } from '../connections/problems.ts';
import { useConnection } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import type { UsableConnection } from '../usable-connection.ts';
import type { AskedEffect } from './effect.ts';
import type { Outcome } from './outcome.ts';
import { type PlannedEffect, planEffect } from './planned-effect.ts';

/**
 * Tries an effect once. Sends nothing after `deadline`. `mayHaveHappened` says that an earlier try may have done the
 * effect.
 */
export async function tryEffect(
  ctx: Context,
  asked: AskedEffect,
  { mayHaveHappened, progress, deadline }: { mayHaveHappened: boolean; progress: Progress; deadline: Date },
): Promise<Outcome> {
  const planned = planEffect(ctx.catalog, asked);
  if ('refused' in planned) return { kind: 'refused', reason: planned.refused };
  const { provider, action } = planned;
  const read = readInput(action, planned.payload);
  if ('problems' in read)
    return { kind: 'refused', reason: `${action.name} of ${provider.name}: ${inputSentence(read.problems)}` };
  if (mayHaveHappened && action.repeat === 'none' && !planned.repeatsUnknown)
    return { kind: 'acted', planned, verdict: interrupted };
  const found = await useConnection(ctx, asked.organizationId, {
    provider: provider.key,
    externalKey: planned.connectionKey,
  });
  if ('unusable' in found) return { kind: 'unconnected', planned, reason: found.unusable };
  await ctx.fault?.('before-send');
  const { connection } = found;
  const now = ctx.clock.now();
  const { verdict, output } = await runAction(
    ctx,
    connection,
    planOf(planned, read.input, asked, { mayHaveHappened, connection, now }),
    { priority: 'live', deadline, progress },
  );
  // A provider's message may quote the credentials that the provider refused, so credentials in the message are masked.
  const masked = maskVerdict(provider, connection.credentials, verdict);
  return { kind: 'acted', planned, verdict: masked, ...(output !== undefined && { output }) };
}

const interrupted: Verdict = {
  class: 'unknown',
  problem: { code: 'interrupted', message: 'An earlier attempt was interrupted and may have been sent' },
};

function planOf(
  { action, provider }: PlannedEffect,
  input: Parameters<PlannedEffect['action']['perform']>[0],
  { key, plannedAt }: AskedEffect,
  { mayHaveHappened, connection, now }: { mayHaveHappened: boolean; connection: UsableConnection; now: Date },
) {
  const given = Object.keys(connection.credentials);
  const settings = settingsOf(provider, connection);
  return { action, input, place: { key, mayHaveHappened, plannedAt, now, settings, given } };
}

/** Returns the credential fields that are not secret. */
function settingsOf({ credentials }: Provider, connection: UsableConnection): Readonly<Record<string, string>> {
  const names = credentials.filter(({ isSecret }) => !isSecret).map(({ name }) => name);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = connection.credentials[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
