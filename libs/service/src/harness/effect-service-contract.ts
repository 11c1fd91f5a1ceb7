import { randomUUID } from 'node:crypto';
import { create, equals } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampNow } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  EffectResultSchema,
  EffectsService,
  type PerformEffectRequest,
  type PerformEffectResponse,
  type SettleEffectRequest,
  SettlementsService,
} from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { type Caller, clientFor, createGrpcPeers, serveRpc, serverInterceptors } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { type ServiceName, servedBy } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestKeys, type TestKeys } from './keys.ts';
import { testLogger } from './test-logger.ts';

/** A kind of effect, and the request of a step with this effect. */
type Sample = { kind: string; request: object };

/** A service that performs effects, over gRPC, with everything that the tests need. */
export type EffectServiceUnderTest = {
  name: ServiceName;
  address: string;
  samples: {
    /** An effect that is done within the call. */
    done: Sample;
    /**
     * Returns an effect that is accepted, and has no result before `finish`. Undefined if the service accepts no
     * effects.
     */
    accepted?: () => Sample;
    /** An effect whose first attempt fails temporarily, and whose second succeeds. */
    passing: Sample;
    /** An effect that fails for good. */
    refused: Sample;
  };
  /** Returns the number of times the effect of a key was done, regardless of the responses. */
  done(key: string): Promise<number> | number;
  /** Brings an accepted effect to its end. */
  finish?(key: string): Promise<unknown> | unknown;
  stop(): Promise<void>;
};

/**
 * Defines the tests that every service which performs effects of steps must pass. `start` starts the service with the
 * address of a runtime, to which it reports, and the keys of the services.
 */
export function effectServiceContract(
  start: (runtime: { address: string; keys: TestKeys }) => Promise<EffectServiceUnderTest>,
): void {
  const keys = createTestKeys();
  const runtime = servedBy(SettlementsService);
  const live: Caller = {
    organizationId: 1n,
    actor: { type: 'workflow', id: '12', hops: 1 },
    role: 'editor',
    mode: 'live',
  };
  let settlements: Awaited<ReturnType<typeof serveSettlements>>;
  let service: EffectServiceUnderTest;
  let peers: ReturnType<typeof createGrpcPeers>;

  beforeAll(async () => {
    settlements = await serveSettlements(runtime, keys);
    service = await start({ address: settlements.address, keys });
    peers = createGrpcPeers({ [service.name]: service.address });
  });
  afterAll(async () => {
    peers?.close();
    await service?.stop();
    await settlements?.stop();
  });

  const client = (caller = live) =>
    clientFor(EffectsService, { peers, target: service.name, tokens: keys.tokensOf(runtime) })(caller);

  /** The time at which each effect was planned. It does not change on a repeat. */
  const planned = new Map<string, Timestamp>();
  const plannedAt = (key: string) => {
    const at = planned.get(key) ?? timestampNow();
    planned.set(key, at);
    return at;
  };

  type Asked = Partial<Pick<PerformEffectRequest, 'key' | 'attempt'>>;
  async function perform({ kind, request }: Sample, { key = randomUUID(), attempt = 1 }: Asked = {}) {
    const answer = await client().performEffect({
      key,
      attempt,
      kind,
      request: Buffer.from(JSON.stringify(request)),
      plannedAt: plannedAt(key),
      deadline: timestampNow(),
      workflowId: 12n,
      enrollmentId: 4_711n,
      stepId: 'step_1',
      cause: 'enrollment:12:4711',
    });
    return { key, answer };
  }

  test('an effect is done within the call, and a repeat answers the same and does nothing', async () => {
    const { key, answer } = await perform(service.samples.done);
    expect(resultIn(answer)?.outcome.case).toBe('succeeded');
    const repeated = await perform(service.samples.done, { key });
    expect(resultIn(repeated.answer)).toEqual(resultIn(answer));
    expect(await service.done(key)).toBe(1);
  });

  test.each(['done', 'accepted'] as const)('calls with one key at once are %s once', async (how) => {
    const { done, accepted } = service.samples;
    const sample = how === 'done' ? done : accepted?.();
    if (sample === undefined) return;
    const key = randomUUID();
    await Promise.all([1, 2, 3].map(() => perform(sample, { key })));
    if (how === 'accepted') {
      await service.finish?.(key);
      expect(await settlements.settled(key)).toMatchObject({ attempt: 1 });
    }
    expect(await service.done(key)).toBe(1);
  });

  test('keys of two organizations are two effects, and neither sees the result of the other', async () => {
    const { key } = await perform(service.samples.done);
    const foreign = await client({ ...live, organizationId: 2n }).getEffectResult({ key, attempt: 1 });
    expect(foreign.result).toBeUndefined();
    expect((await client().getEffectResult({ key: randomUUID(), attempt: 1 })).result).toBeUndefined();
  });

  test('a failure that may pass is tried again with the next attempt, and not with a repeat of the same', async () => {
    const { key, answer } = await perform(service.samples.passing);
    expect(resultIn(answer)?.outcome).toMatchObject({ case: 'failed', value: { retryable: true } });
    const repeated = await perform(service.samples.passing, { key });
    expect(resultIn(repeated.answer)).toEqual(resultIn(answer));
    const second = await perform(service.samples.passing, { key, attempt: 2 });
    expect(resultIn(second.answer)?.outcome.case).toBe('succeeded');
  });

  test.each(['refused', 'nonsense'] as const)('what is %s fails for good, with a reason', async (what) => {
    const { kind } = service.samples.refused;
    const sample = what === 'refused' ? service.samples.refused : { kind, request: ['nonsense'] };
    const { answer } = await perform(sample);
    expect(resultIn(answer)?.outcome).toMatchObject({
      case: 'failed',
      value: { retryable: false, error: expect.stringMatching(/\S/) },
    });
  });

  test('what is accepted says until when, is done once however often it is asked for, and is settled by its key', async () => {
    const accepted = service.samples.accepted?.();
    if (accepted === undefined) return;
    const { key, answer } = await perform(accepted);
    expect(answer.answer.case).toBe('accepted');
    const until = answer.answer.case === 'accepted' ? answer.answer.value.until : undefined;
    expect(until && timestampDate(until).getTime()).toBeGreaterThan(Date.now());
    expect((await client().getEffectResult({ key, attempt: 1 })).result).toBeUndefined();
    await perform(accepted, { key });
    // The runtime is unavailable when the result is first reported.
    settlements.refuseNext(1);
    await service.finish?.(key);
    const settled = await settlements.settled(key);
    expect(settled).toMatchObject({ attempt: 1, enrollmentId: 4_711n });
    const known = await client().getEffectResult({ key, attempt: 1 });
    const [told = create(EffectResultSchema), asked = create(EffectResultSchema)] = [settled.result, known.result];
    expect(equals(EffectResultSchema, told, asked)).toBe(true);
    expect(await service.done(key)).toBe(1);
  });
}

function resultIn({ answer }: PerformEffectResponse) {
  return answer.case === 'result' ? answer.value : undefined;
}

/** Serves a runtime that records settlements. */
async function serveSettlements(name: ServiceName, keys: TestKeys) {
  const log = testLogger();
  const reported: SettleEffectRequest[] = [];
  let refusals = 0;
  const server = await serveRpc({
    routes: (router) =>
      router.service(SettlementsService, {
        settleEffect(request) {
          if (refusals > 0) {
            refusals -= 1;
            throw new ConnectError('the runtime is away', Code.Unavailable);
          }
          reported.push(request);
          return { settled: reported.filter(({ key }) => key === request.key).length === 1 };
        },
      }),
    interceptors: serverInterceptors({ tokens: keys.tokensOf(name), log }),
    host: '127.0.0.1',
    port: 0,
    log,
  });
  return {
    address: `127.0.0.1:${server.port}`,
    refuseNext(count: number) {
      refusals = count;
    },
    /** Waits for the report of an effect, and returns it. */
    settled: (key: string): Promise<SettleEffectRequest> =>
      eventually(() => {
        const found = reported.find((one) => one.key === key);
        if (found === undefined) throw new Error(`${key} was not settled`);
        return found;
      }),
    stop: () => server.stop(0),
  };
}
