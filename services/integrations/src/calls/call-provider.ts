import { setTimeout as sleep } from 'node:timers/promises';
import type { Provider, ProviderAnswer, ProviderRequest, Verdict } from '@drippulse/providers';
import { recordOutcome } from '../connections/record-outcome.ts';
import type { Context } from '../context.ts';
import { encode } from '../encode.ts';
import type { LimitedAccount, Priority } from '../limits/account-limits.ts';
import { freshCredentials, tellingOf } from '../oauth/fresh-credentials.ts';
import { send } from '../send.ts';
import type { UsableConnection } from '../usable-connection.ts';
import { failureVerdict, isSafe } from './failure-verdict.ts';

export type CallOptions = {
  priority: Priority;
  /** Time after which the call sends no request and begins no wait. */
  deadline: Date;
  /**
   * Whether to use a new connection. If the provider had just closed a kept-alive connection, the request would have to
   * be repeated, and a repeat could take effect twice.
   */
  freshConnection?: boolean;
  signal?: AbortSignal;
};

/**
 * The result of a call. `answer` is set if the provider answered. `connection` has the credentials that were used last.
 */
export type ProviderCall = { verdict: Verdict; answer?: ProviderAnswer; connection: UsableConnection };

/** Time limit in milliseconds for one answer: 15 s for an action (`live`), 60 s for a page of data (`bulk`). */
const answerMs: Readonly<Record<Priority, number>> = { live: 15_000, bulk: 60_000 };
/**
 * Maximum time in milliseconds that a call waits for a rate limit. If the wait would be longer, the call ends and
 * returns the wait, so that its caller occupies no worker.
 */
const patienceMs: Readonly<Record<Priority, number>> = { live: 1_500, bulk: 10_000 };
/** Pause in milliseconds after a rate-limit refusal that names no duration. */
const defaultPauseMs = 5_000;
/** Minimum time that must be left before the deadline for a request to be sent. */
const leastMs = 250;

/**
 * Sends one request through a connection, within the rates of its account. If the provider refuses the credentials,
 * renews them and sends the request once more. The refused request had no effect.
 */
export async function callProvider(
  ctx: Context,
  connection: UsableConnection,
  request: ProviderRequest,
  options: CallOptions,
): Promise<ProviderCall> {
  const provider = providerOf(ctx, connection);
  const ready = await freshCredentials(ctx, connection);
  if ('verdict' in ready) return { verdict: ready.verdict, connection };
  let call = await callOnce(ctx, provider, ready.connection, request, options);
  if (call.verdict.class === 'credentials') {
    const { version } = ready.connection;
    const renewed = await freshCredentials(ctx, ready.connection, { refusedVersion: version });
    if ('verdict' in renewed) call = { ...call, verdict: tellingOf(call.verdict, renewed.verdict) };
    else call = await callOnce(ctx, provider, renewed.connection, request, options);
  }
  // Records no outcome for a request that our own rate limit delayed, because the provider did not receive it.
  const wasKept = call.verdict.class === 'rate_limited' && call.answer === undefined;
  if (!wasKept) await recordOutcome(ctx, call.connection, call.verdict);
  return call;
}

function providerOf({ catalog }: Context, connection: UsableConnection): Provider {
  const provider = catalog.findProvider(connection.provider);
  if (provider === undefined) throw new Error(`connection ${connection.id} has no provider ${connection.provider}`);
  return provider;
}

async function callOnce(
  ctx: Context,
  provider: Provider,
  connection: UsableConnection,
  request: ProviderRequest,
  options: CallOptions,
): Promise<ProviderCall> {
  const of = { provider, account: connection.accountId ?? `connection ${connection.id}` };
  const refused = await admit(ctx, of, request, options);
  if (refused !== undefined) return { verdict: refused, connection };
  const startedAt = performance.now();
  const call = await exchange(ctx, provider, connection, request, options);
  ctx.metrics.providerCalled(provider.key, call.verdict.class, performance.now() - startedAt);
  if (call.verdict.class === 'rate_limited') {
    await ctx.limits.block(of, withJitter(ctx, call.verdict.retryAfterMs ?? defaultPauseMs));
  }
  const pauseMs = call.answer && provider.pauseAfter?.(call.answer);
  if (pauseMs !== undefined && pauseMs > 0) await ctx.limits.block(of, withJitter(ctx, pauseMs));
  return call;
}

/** Waits until the rates of the account allow the request. Returns a verdict if they do not allow it in time. */
async function admit(
  ctx: Context,
  of: LimitedAccount,
  request: ProviderRequest,
  { priority, deadline, signal }: CallOptions,
): Promise<Verdict | undefined> {
  for (;;) {
    const waitMs = await ctx.limits.take(of, request, priority);
    if (waitMs === undefined) return undefined;
    const pauseMs = withJitter(ctx, waitMs);
    const isShort = waitMs <= patienceMs[priority] && pauseMs + leastMs < leftMs(ctx, deadline);
    ctx.metrics.limitWaited(of.provider.key, isShort ? 'slept' : 'postponed');
    if (!isShort) {
      const problem = { code: 'rate_limit', message: `${of.provider.name} takes no more requests of this account yet` };
      return { class: 'rate_limited', problem, retryAfterMs: pauseMs };
    }
    await sleep(pauseMs, undefined, signal && { signal });
  }
}

async function exchange(
  ctx: Context,
  provider: Provider,
  connection: UsableConnection,
  request: ProviderRequest,
  { priority, deadline, freshConnection, signal }: CallOptions,
): Promise<ProviderCall> {
  const timeoutMs = Math.min(answerMs[priority], leftMs(ctx, deadline));
  if (timeoutMs < leastMs) {
    return {
      verdict: { class: 'temporary', problem: { code: 'timeout', message: 'There was no time left' } },
      connection,
    };
  }
  try {
    const encoded = encode(provider, connection.credentials, request);
    if (encoded === undefined) return { verdict: incomplete(provider), connection };
    const answer = await send(ctx, {
      ...encoded,
      timeoutMs,
      ...(freshConnection !== undefined && { freshConnection }),
      ...(signal && { signal }),
    });
    return { verdict: judge(provider, request, answer), answer, connection };
  } catch (error) {
    const verdict = failureVerdict(provider, request, error);
    if (verdict === undefined) throw error;
    return { verdict, connection };
  }
}

function judge(provider: Provider, request: ProviderRequest, answer: ProviderAnswer): Verdict {
  if (request.isDone?.(answer) === true) return { class: 'done' };
  const verdict = provider.judge(answer, request);
  return verdict.class === 'unknown' && isSafe(request) ? { ...verdict, class: 'temporary' } : verdict;
}

function incomplete({ name }: Provider): Verdict {
  const message = `The connection lacks a credential that ${name} needs for this`;
  return { class: 'permission', problem: { code: 'credential_missing', message } };
}

function leftMs({ clock }: Context, deadline: Date): number {
  return deadline.getTime() - clock.now().getTime();
}

/** Lengthens a pause by up to a fifth, so that waiting callers do not all continue at the same time. */
function withJitter({ random }: Context, ms: number): number {
  return Math.round(ms * (1 + 0.2 * random()));
}
