import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Timestamp, timestampDate, timestampNow } from '@bufbuild/protobuf/wkt';
import type { Client } from '@connectrpc/connect';
import type { EffectsService, PerformEffectResponse } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { Receiver } from '@drippulse/testing';
import { fixtureKey } from './fixture-provider.ts';

export type EffectsClient = Client<typeof EffectsService>;

/** An effect as the runtime stores it. */
export type TestEffect = { key: string; kind: string; request: object; plannedAt: Timestamp };

export function actionEffect(action: string, more: object = {}): TestEffect {
  const request = {
    integration_id: fixtureKey,
    action,
    connection_key: 'default',
    payload: { text: 'Hello' },
    ...more,
  };
  return { key: randomUUID(), kind: 'integration_action', request, plannedAt: timestampNow() };
}

/** Requests an effect once, as the runtime does. */
export async function ask(client: EffectsClient, { key, kind, request, plannedAt }: TestEffect, attempt = 1) {
  const answer = await client.performEffect({
    ...{ key, kind, attempt, plannedAt },
    request: Buffer.from(JSON.stringify(request)),
    deadline: timestampNow(),
    workflowId: 12n,
    enrollmentId: 4_711n,
    stepId: 'step_1',
    cause: 'enrollment:12:4711',
  });
  return resultIn(answer);
}

/**
 * Requests an effect until it has a result, as the runtime does: waits if postponed, and retries transient failures.
 */
export async function settle(client: EffectsClient, effect: TestEffect, { attempts = 20 } = {}) {
  for (let attempt = 1; ; ) {
    const result = await ask(client, effect, attempt);
    const { outcome } = result ?? {};
    if (outcome?.case === 'postponed') {
      const until = outcome.value.until === undefined ? 0 : timestampDate(outcome.value.until).getTime();
      await sleep(Math.max(20, until - Date.now()));
    } else if (outcome?.case === 'failed' && outcome.value.retryable && attempt < attempts) attempt += 1;
    else return { outcome, attempt };
  }
}

/** Counts how often the receiver has done the effect of a key, as a provider would count. */
export function effectsOf({ requests }: Pick<Receiver, 'requests'>, action: string, key: string): number {
  const bodies = (path: string) =>
    requests
      .filter(({ method, url }) => method === 'POST' && url.endsWith(path))
      .map(({ body }) => JSON.parse(body.toString()));
  switch (action) {
    case 'make_by_key':
      return new Set(requests.map(({ headers }) => headers['idempotency-key']).filter((sent) => sent === key)).size;
    case 'put':
      return requests.some(({ url }) => url.endsWith(`/things/${encodeURIComponent(key)}`)) ? 1 : 0;
    case 'look_and_make':
      return bodies('/made').filter((body) => body.key === key).length;
    default:
      return bodies('/posts').filter((body) => body.key === key).length;
  }
}

/** Makes the receiver answer as a provider that stores its records would. */
export function answerFound(receiver: Receiver): void {
  receiver.answer(({ method, url }) => {
    if (method !== 'GET' || !url.includes('/made')) return { body: '{"id":1}' };
    const key = new URL(url, receiver.url).searchParams.get('key') ?? '';
    return { body: String(effectsOf(receiver, 'look_and_make', key) > 0) };
  });
}

function resultIn({ answer }: PerformEffectResponse) {
  return answer.case === 'result' ? answer.value : undefined;
}
