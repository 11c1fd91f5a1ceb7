import type { Recorded } from '../deliveries/results.ts';
import { backpressureMs } from '../deliveries/schedule.ts';
import { judge } from './health.ts';
import type { Endpoint } from './health-rows.ts';
import type { Judged } from './judged.ts';

/** Judges each endpoint by its results, in their order. Removed webhooks have no endpoint to judge. */
export function judgeResults(
  endpoints: ReadonlyMap<bigint, Endpoint>,
  recorded: readonly Recorded[],
  now: Date,
): Judged[] {
  const byWebhook = Map.groupBy(recorded, ({ delivery }) => delivery.lane.webhookId);
  return [...endpoints].map(([webhookId, endpoint]) => {
    let judged: Judged = { webhookId, ...endpoint, news: [] };
    for (const result of byWebhook.get(webhookId) ?? []) {
      judged = result.delivery.isTest ? judgeTest(judged, result, now) : judgeResult(judged, result, now);
    }
    return judged;
  });
}

/**
 * Judges a test. A failed test changes nothing. A successful test only changes the time of the endpoint's last success.
 */
function judgeTest(judged: Judged, { attempt }: Recorded, now: Date): Judged {
  return attempt.error === undefined ? { ...judged, health: { ...judged.health, lastSuccessAt: now } } : judged;
}

function judgeResult(judged: Judged, { delivery, attempt, move }: Recorded, now: Date): Judged {
  // Deliveries of events about endpoints raise no further events, so that a subscription to `*` makes no loop.
  const isQuiet = delivery.eventType.startsWith('webhook.');
  const isSuccess = attempt.error === undefined;
  const { health, raises, disables, opensCircuitUntil } = judge(judged.health, {
    isSuccess,
    isGone: attempt.statusCode === 410,
    asksToStop: attempt.asks === 'disable',
    isQuiet,
    at: now,
  });
  const isDisabledNow = disables !== undefined && judged.isActive;
  const kinds = [
    ...(raises ? [{ kind: raises }] : []),
    ...(move?.status === 'exhausted' && !isQuiet ? [{ kind: 'exhausted' as const, delivery }] : []),
    ...(isDisabledNow && !isQuiet ? [{ kind: 'disabled' as const }] : []),
  ];
  return {
    ...judged,
    health,
    version: judged.version + BigInt(kinds.length),
    news: [...judged.news, ...kinds.map((kind, index) => ({ ...kind, version: judged.version + BigInt(index + 1) }))],
    isActive: judged.isActive && !isDisabledNow,
    disables: isDisabledNow ? disables : judged.disables,
    openUntil: isSuccess ? null : later(judged.openUntil, waitsUntil(attempt, opensCircuitUntil, now)),
  };
}

function waitsUntil(attempt: Recorded['attempt'], circuit: Date | undefined, now: Date): Date | undefined {
  const { statusCode, retryAfter } = attempt;
  const askedMs = backpressureMs({ tries: 0, statusCode, retryAfter }, now);
  return later(circuit, askedMs === 0 ? undefined : new Date(now.getTime() + askedMs)) ?? undefined;
}

function later<A extends Date | null | undefined>(a: A, b: Date | undefined): A | Date {
  return b === undefined || (a && a > b) ? a : b;
}
