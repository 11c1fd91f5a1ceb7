import { isInfrastructureError, isTransactionConflict } from '@drippulse/db';
import { createShares } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { type Acceptance, acceptEvents, wakeForEvents } from './accept-events.ts';
import type { IncomingEvent } from './event.ts';

/** Maximum number of events in one transaction. A larger transaction would delay the events that wait for it to end. */
const groupEvents = 200;
const conflictTries = 5;
/** Maximum number of events that wait or are being accepted, of one organization and of all. */
const queuedEvents = { ofEach: 2_000, ofAll: 8_000 };
/** Maximum time in milliseconds that a request waits until its events may be queued. */
const waitMs = 5_000;

/** Accepts the events of requests. Simultaneous events share a transaction. */
export type Intake = {
  /**
   * Accepts events of one organization, at most `groupEvents`, and resolves when they are committed. When the signal
   * aborts, events whose transaction has not begun are not accepted, and the call fails with the signal's reason.
   * Throws `too_much_at_once` or `busy` if the queue has no room for the events in time.
   */
  accept(events: readonly IncomingEvent[], signal: AbortSignal): Promise<Acceptance[]>;
  /** Waits until all accepted events are done. The requests have ended by then, so no further events arrive. */
  stop(): Promise<void>;
};

type Waiting = {
  events: readonly IncomingEvent[];
  signal: AbortSignal;
  resolve(acceptances: Acceptance[]): void;
  reject(error: unknown): void;
};

type Queues = Map<bigint, Set<Waiting>>;

/**
 * Creates the intake. A transaction for each event would cost the database a flush and a dozen statements per event.
 * Therefore requests of many callers share a transaction, and organizations take turns. Events that arrive while a
 * transaction runs are gathered for the next transaction. One transaction runs at a time, because two transactions with
 * some hundred contacts each would wait for each other's locks. If the events of one request cannot be stored, only
 * that request fails. When the database is unavailable, all waiting requests fail, so that their callers may try again.
 *
 * The queue holds no request whose caller gave up, and a limited number of events. Otherwise a slow database would lead
 * to a queue that never ends: callers that give up try again, and each try would add the same events.
 */
export function createIntake(ctx: Context): Intake {
  /** Requests by organization. The next transaction begins with the first organization of the map. */
  const queues: Queues = new Map();
  const places = createShares({ of: 'events', ...queuedEvents, waitMs });
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (queues.size > 0) await runGroup(takeGroup(queues), 1);
    running = undefined;
  }

  async function runGroup(requests: readonly Waiting[], tries: number): Promise<void> {
    const group = requests.filter(({ signal }) => !signal.aborted);
    for (const { signal, reject } of requests) if (signal.aborted) reject(signal.reason);
    if (group.length === 0) return;
    try {
      await acceptGroup(ctx, group);
    } catch (error) {
      if (isTransactionConflict(error) && tries < conflictTries) return runGroup(group, tries + 1);
      if (isInfrastructureError(error)) {
        for (const { reject } of [...group, ...takeAll(queues)]) reject(error);
        return;
      }
      if (group.length <= 1) {
        for (const { reject } of group) reject(error);
        return;
      }
      const middle = Math.ceil(group.length / 2);
      await runGroup(group.slice(0, middle), 1);
      await runGroup(group.slice(middle), 1);
    }
  }

  async function queue(own: bigint, events: readonly IncomingEvent[], signal: AbortSignal): Promise<Acceptance[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Acceptance[]>();
    const waiting = { events, signal, resolve, reject };
    const giveUp = () => {
      if (remove(queues, own, waiting)) reject(signal.reason);
    };
    signal.throwIfAborted();
    signal.addEventListener('abort', giveUp);
    const known = queues.get(own);
    if (known === undefined) queues.set(own, new Set([waiting]));
    else known.add(waiting);
    running ??= run();
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  return {
    async accept(events, signal) {
      const [first] = events;
      if (first === undefined) return [];
      const { organizationId } = first;
      const place = await places.wait(String(organizationId), events.length, signal);
      try {
        return await queue(organizationId, events, signal);
      } finally {
        place.release();
      }
    },
    async stop() {
      await running;
    },
  };
}

/** Takes requests for one transaction, from organizations in turn. A request that does not fit keeps its place. */
function takeGroup(queues: Queues): Waiting[] {
  const group: Waiting[] = [];
  const full = new Set<bigint>();
  let room = groupEvents;
  for (;;) {
    const [organizationId, own] = nextOf(queues, full) ?? [];
    const [next] = own ?? [];
    if (organizationId === undefined || own === undefined || next === undefined) return group;
    if (group.length > 0 && next.events.length > room) {
      full.add(organizationId);
      continue;
    }
    room -= next.events.length;
    group.push(next);
    own.delete(next);
    // Deleting the organization and inserting it again moves it behind the others.
    queues.delete(organizationId);
    if (own.size > 0) queues.set(organizationId, own);
  }
}

function nextOf(queues: Queues, full: ReadonlySet<bigint>): [bigint, Set<Waiting>] | undefined {
  for (const entry of queues) if (!full.has(entry[0])) return entry;
  return undefined;
}

/** Removes a request that waits. Returns false if it does not wait any more. */
function remove(queues: Queues, organizationId: bigint, waiting: Waiting): boolean {
  const own = queues.get(organizationId);
  if (own === undefined || !own.delete(waiting)) return false;
  if (own.size === 0) queues.delete(organizationId);
  return true;
}

function takeAll(queues: Queues): Waiting[] {
  const all = [...queues.values()].flatMap((own) => [...own]);
  queues.clear();
  return all;
}

async function acceptGroup(ctx: Context, group: readonly Waiting[]): Promise<void> {
  const events = group.flatMap((waiting) => waiting.events);
  const acceptances = await ctx.db.kysely.transaction().execute((trx) => acceptEvents(ctx, trx, events));
  wakeForEvents(ctx, acceptances);
  let taken = 0;
  for (const waiting of group) {
    waiting.resolve(acceptances.slice(taken, taken + waiting.events.length));
    taken += waiting.events.length;
  }
}

/** Accepts any number of events, in one transaction for each group. When the signal aborts, no further group begins. */
export async function acceptInParts(
  intake: Intake,
  events: readonly IncomingEvent[],
  signal: AbortSignal,
): Promise<Acceptance[]> {
  const acceptances: Acceptance[] = [];
  for (let start = 0; start < events.length; start += groupEvents) {
    acceptances.push(...(await intake.accept(events.slice(start, start + groupEvents), signal)));
  }
  return acceptances;
}
