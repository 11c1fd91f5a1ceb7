import type { HandlerContext } from '@connectrpc/connect';
import { turnUnits } from '@drippulse/engine';
import { createShares, createTurnQueue } from '@drippulse/loops';
import { callerOf } from '@drippulse/rpc';

/** Pieces of work of one organization, and its test runs, that are under way at once. Further test runs are refused. */
const ofEach = 2;
/** Pieces of work of all: each keeps what it has compiled. */
const ofAll = 8;
/** As long as the clients of other slow work wait for it. */
const waitMs = 10_000;

/** Does work of a request in turns with that of others. */
export type InTurns = <T>(work: Iterator<number, T>) => Promise<T>;

/** Where requests do work that takes long: reading steps, compiling and running them. */
export type Workplace = {
  /** Does work of a call in turns, after a wait for one of two places of its organization. */
  of(call: HandlerContext): InTurns;
  /** Does a test run, from its first part to its last. Refuses the third of an organization. */
  testRun<T>(call: HandlerContext, run: (inTurns: InTurns) => Promise<T>): Promise<T>;
};

export function createWorkplace(): Workplace {
  const queue = createTurnQueue({ name: 'workflows', turnUnits, rests: true });
  const places = createShares({ of: 'saves and test runs', ofEach, ofAll, waitMs });
  const testRuns = createShares({ of: 'test runs', ofEach, ofAll: Number.POSITIVE_INFINITY });

  const of: Workplace['of'] = (call) => async (work) => {
    const organization = organizationOf(call);
    const place = await places.wait(organization, 1, call.signal);
    return queue.run(organization, work, call.signal).finally(() => place.release());
  };
  return {
    of,
    async testRun(call, run) {
      const held = testRuns.take(organizationOf(call), 1);
      return run(of(call)).finally(() => held.release());
    },
  };
}

function organizationOf(call: HandlerContext): string {
  return String(callerOf(call).organizationId);
}
