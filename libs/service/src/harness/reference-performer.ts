import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  type EffectResult,
  EffectResultSchema,
  EffectsService,
  type PerformEffectRequest,
  SettlementsService,
} from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { type Caller, callerOf, clientFor, createGrpcPeers, serveRpc, serverInterceptors } from '@drippulse/rpc';
import { type ServiceName, servedBy } from '@drippulse/topology';
import type { TestKeys } from './keys.ts';
import { testLogger } from './test-logger.ts';

/** Milliseconds within which accepted effects must be settled. */
export const acceptedMs = 3_600_000;

/** The performer's record of an effect. */
type Known = {
  caller: Caller;
  request: PerformEffectRequest;
  result: EffectResult | undefined;
  /** The number of times the effect was done. */
  done: number;
};

export type ReferencePerformer = Awaited<ReturnType<typeof startReferencePerformer>>;

/**
 * Starts the smallest service that performs effects, over gRPC, according to the contract of `EffectsService`: the
 * effect of a key is recorded before the response, and a repeat does nothing. `action` in the request of an effect
 * chooses its outcome: `now` succeeds, `skip` is skipped, `fail` fails for good, `fail_once` fails temporarily at the
 * first attempt, `later` is accepted, `early` is settled before its acceptance is returned. Accepted effects wait for
 * `finish`. `postpone` is postponed by `acceptedMs` at the first request, and then succeeds.
 */
export async function startReferencePerformer(o: {
  /** The service that the performer replaces. */
  name: ServiceName;
  keys: TestKeys;
  /** Returns the address of the runtime. */
  runtime(): string;
  /** Returns the time. Default: the time of this process. */
  now?(): Date;
}) {
  const log = testLogger();
  const tokens = o.keys.tokensOf(o.name);
  const known = new Map<string, Known>();
  const runtime = servedBy(SettlementsService);
  let peers: ReturnType<typeof createGrpcPeers> | undefined;

  /** Reports a result to the runtime, as the service itself or in the name of `as`. */
  async function settle(key: string, as: Partial<Caller> = {}): Promise<boolean> {
    const { caller, request, result } = requireKnown(key);
    peers ??= createGrpcPeers({ [runtime]: o.runtime() });
    const client = clientFor(SettlementsService, { peers, target: runtime, tokens });
    const actor = { type: 'service', id: o.name } as const;
    const { attempt, enrollmentId } = request;
    const { settled } = await client({ ...caller, actor, ...as }).settleEffect({
      key,
      attempt,
      enrollmentId,
      ...(result && { result }),
    });
    return settled;
  }

  function requireKnown(key: string): Known {
    const found = [...known.values()].find(({ request }) => request.key === key);
    if (found === undefined) throw new Error(`nobody asked for ${key}`);
    return found;
  }

  const methods: ServiceImpl<typeof EffectsService> = {
    async performEffect(request, call) {
      const caller = callerOf(call);
      const id = idOf(caller, request.key);
      const before = known.get(id);
      if (before === undefined && actionOf(request) === 'postpone') {
        known.set(id, { caller, request, result: undefined, done: 0 });
        return { answer: { case: 'result', value: postponed(o.now?.() ?? new Date()) } };
      }
      const isNew = before === undefined || isDue(before, request);
      const effect = isNew ? begin(caller, request, before?.done ?? 0) : before;
      known.set(id, effect);
      if (isNew && actionOf(request) === 'early') {
        effect.result = succeeded(request);
        await settle(request.key);
      }
      if (effect.result !== undefined && actionOf(request) !== 'early') {
        return { answer: { case: 'result', value: effect.result } };
      }
      const now = o.now?.() ?? new Date();
      const until = timestampFromDate(new Date(now.getTime() + acceptedMs));
      return { answer: { case: 'accepted', value: { until, message: 'Taken on' } } };
    },
    getEffectResult({ key }, call) {
      const result = known.get(idOf(callerOf(call), key))?.result;
      return result === undefined ? {} : { result };
    },
  };

  const server = await serveRpc({
    routes: (router) => router.service(EffectsService, methods),
    interceptors: serverInterceptors({ tokens, log }),
    host: '127.0.0.1',
    port: 0,
    log,
  });
  return {
    name: o.name,
    address: `127.0.0.1:${server.port}`,
    /** Returns the requests of a step, in order. */
    asked: (stepId: string) => [...known.values()].map(({ request }) => request).filter((one) => one.stepId === stepId),
    done: (key: string) => [...known.values()].find(({ request }) => request.key === key)?.done ?? 0,
    /** Ends an accepted effect without reporting it. */
    finish(key: string, result?: EffectResult) {
      const effect = requireKnown(key);
      effect.result = result ?? succeeded(effect.request);
    },
    settle,
    async stop() {
      peers?.close();
      await server.stop(0);
    },
  };
}

function begin(caller: Caller, request: PerformEffectRequest, done: number): Known {
  return { caller, request, result: resultOf(request), done: done + 1 };
}

/** Returns the result of an effect that is done within its call. */
function resultOf(request: PerformEffectRequest): EffectResult | undefined {
  switch (actionOf(request)) {
    case 'later':
    case 'early':
      return undefined;
    case 'skip':
      return create(EffectResultSchema, { outcome: { case: 'skipped', value: { reason: 'not needed' } } });
    case 'fail':
      return failed('refused', false);
    case 'fail_once':
      return request.attempt === 1 ? failed('busy', true) : succeeded(request);
    case 'now':
    case 'postpone':
      return succeeded(request);
    default:
      return failed('there is no such action', false);
  }
}

function succeeded({ key }: PerformEffectRequest): EffectResult {
  const output = Buffer.from(JSON.stringify({ key }));
  return create(EffectResultSchema, { outcome: { case: 'succeeded', value: { message: 'Performed', output } } });
}

function postponed(now: Date): EffectResult {
  const until = timestampFromDate(new Date(now.getTime() + acceptedMs));
  const value = { until, reason: 'the provider asks to wait', rule: 'provider_limit' };
  return create(EffectResultSchema, { outcome: { case: 'postponed', value } });
}

function failed(error: string, retryable: boolean): EffectResult {
  return create(EffectResultSchema, { outcome: { case: 'failed', value: { error, retryable } } });
}

/**
 * Whether a recorded effect is done again: it was postponed, or its failure is temporary and this is the next attempt.
 */
function isDue(before: Known, request: PerformEffectRequest): boolean {
  const wasPostponed = before.result === undefined && actionOf(request) === 'postpone';
  return wasPostponed || (request.attempt > before.request.attempt && mayPass(before.result));
}

function mayPass(result: EffectResult | undefined): boolean {
  return result?.outcome.case === 'failed' && result.outcome.value.retryable;
}

/** Returns the action that the step names; `now` for kinds whose steps name no action. */
function actionOf({ kind, request }: PerformEffectRequest): unknown {
  try {
    const read: unknown = JSON.parse(Buffer.from(request).toString());
    return kind === 'integration_action' ? Object(read)['action'] : 'now';
  } catch {
    return undefined;
  }
}

function idOf({ organizationId }: Caller, key: string): string {
  return `${organizationId} ${key}`;
}
