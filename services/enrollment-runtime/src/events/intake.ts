import { isInfrastructureError, isTransactionConflict } from '@drippulse/db';
import type { Context } from '../context.ts';
import { type Acceptance, acceptEvents, wakeForEvents } from './accept-events.ts';
import type { IncomingEvent } from './event.ts';

/** Maximum number of events in one transaction. A larger transaction would delay the events that wait for it to end. */
const groupEvents = 200;
const conflictTries = 5;

/** Accepts the events of requests. Simultaneous events share a transaction. */
export type Intake = {
  /** Accepts events of one organization, at most `groupEvents`, and resolves when they are committed. */
  accept(events: readonly IncomingEvent[]): Promise<Acceptance[]>;
  /** Waits until all accepted events are done. The requests have ended by then, so no further events arrive. */
  stop(): Promise<void>;
};

type Waiting = {
  events: readonly IncomingEvent[];
  resolve(acceptances: Acceptance[]): void;
  reject(error: unknown): void;
};

/**
 * Creates the intake. A transaction for each event would cost the database a flush and a dozen statements per event.
 * Therefore requests of many callers share a transaction, and organizations take turns. Events that arrive while a
 * transaction runs are gathered for the next transaction. One transaction runs at a time, because two transactions with
 * some hundred contacts each would wait for each other's locks. If the events of one request cannot be stored, only
 * that request fails. When the database is unavailable, all waiting requests fail, so that their callers may try again.
 */
export function createIntake(ctx: Context): Intake {
  /** Requests by organization. The next transaction begins with the first organization of the map. */
  const queues = new Map<bigint, Waiting[]>();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (queues.size > 0) await runGroup(takeGroup(queues), 1);
    running = undefined;
  }

  async function runGroup(group: readonly Waiting[], tries: number): Promise<void> {
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

  return {
    accept(events) {
      const [first] = events;
      if (first === undefined) return Promise.resolve([]);
      const { organizationId } = first;
      return new Promise((resolve, reject) => {
        const own = queues.get(organizationId) ?? [];
        own.push({ events, resolve, reject });
        queues.set(organizationId, own);
        running ??= run();
      });
    },
    async stop() {
      await running;
    },
  };
}

/** Takes requests for one transaction, from organizations in turn. A request that does not fit keeps its place. */
function takeGroup(queues: Map<bigint, Waiting[]>): Waiting[] {
  const group: Waiting[] = [];
  const full = new Set<bigint>();
  let room = groupEvents;
  for (;;) {
    const [organizationId, own] = nextOf(queues, full) ?? [];
    const next = own?.[0];
    if (organizationId === undefined || own === undefined || next === undefined) return group;
    if (group.length > 0 && next.events.length > room) {
      full.add(organizationId);
      continue;
    }
    own.shift();
    room -= next.events.length;
    group.push(next);
    queues.delete(organizationId);
    if (own.length > 0) queues.set(organizationId, own);
  }
}

function nextOf(queues: ReadonlyMap<bigint, Waiting[]>, full: ReadonlySet<bigint>): [bigint, Waiting[]] | undefined {
  for (const entry of queues) if (!full.has(entry[0])) return entry;
  return undefined;
}

function takeAll(queues: Map<bigint, Waiting[]>): Waiting[] {
  const all = [...queues.values()].flat();
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

/** Accepts any number of events, in one transaction for each group. */
export async function acceptInParts(intake: Intake, events: readonly IncomingEvent[]): Promise<Acceptance[]> {
  const acceptances: Acceptance[] = [];
  for (let start = 0; start < events.length; start += groupEvents) {
    acceptances.push(...(await intake.accept(events.slice(start, start + groupEvents))));
  }
  return acceptances;
}
