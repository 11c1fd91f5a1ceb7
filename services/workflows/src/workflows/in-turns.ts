import type { HandlerContext } from '@connectrpc/connect';
import { turnUnits } from '@drippulse/engine';
import { createShares, createTurnQueue } from '@drippulse/loops';
import { callerOf } from '@drippulse/rpc';

/**
 * Maximum number of parallel calls of one organization, and maximum number of its parallel test runs. Further calls
 * wait; further test runs are refused.
 */
const ofEach = 2;
/**
 * Maximum number of calls that all organizations run in parallel. It exists because each call keeps its compiled steps
 * in memory.
 */
const ofAll = 8;
/** Time for which a call waits for a place, which equals that of other slow work. */
const waitMs = 10_000;

/** Runs the work of a request in turns with the work of other requests. */
export type InTurns = <T>(work: Iterator<number, T>) => Promise<T>;

/** Runs the long work of requests: reading, compiling and running steps. */
export type Workplace = {
  /**
   * Returns a function that runs the work of a call in turns. The function first waits for one of the two places of the
   * caller's organization.
   */
  of(call: HandlerContext): InTurns;
  /** Runs a whole test run. Refuses the third parallel test run of an organization. */
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
