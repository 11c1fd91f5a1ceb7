import { ConnectError } from '@connectrpc/connect';
import { fromConnectError } from '@drippulse/rpc';
import type { RuntimeClient } from './clients.ts';
import { type Driving, pause } from './driving.ts';
import { createRandom, type Random } from './random.ts';
import { callMs } from './until-answered.ts';
import type { ChaosWorkflow } from './workflows.ts';

type EntryDriving = Driving & { entries: readonly ChaosWorkflow[] };

/** Number of persons who try to enter, in each of the two series of calls. */
const persons = 40;
/** Minimum number of calls of each series, even on a busy machine. */
const leastCalls = 12;

/** Runs two concurrent series of calls, one to each runtime, in which the same persons repeatedly try to enter. */
export async function driveEntries(driving: EntryDriving): Promise<void> {
  await Promise.all([0, 1].map((row) => keepEntering(driving, row)));
}

async function keepEntering(driving: EntryDriving, row: number): Promise<void> {
  const random = createRandom(driving.seed, `entries ${row}`);
  for (let call = 0; call < leastCalls || !driving.stopped.aborted; call++) {
    await enter(driving, random, { row, call });
    await pause(driving, random.between(200, 800));
  }
}

async function enter(
  { entries, history, untilAnswered }: EntryDriving,
  random: Random,
  { row, call }: { row: number; call: number },
): Promise<void> {
  const { id: workflowId, organizationId } = random.pick(entries);
  const all = Array.from({ length: persons }, (_, index) => `e${index}`);
  const refs = random.shuffle(all).slice(0, random.between(1, 6));
  const contacts = refs.map((ref) => ({ lead_ref: ref, org: String(organizationId), n: 0 }));
  const request = { workflowId, contacts: Buffer.from(JSON.stringify(contacts)) };
  const options = { headers: { 'idempotency-key': `entries-${row}-${call}` }, timeoutMs: callMs };
  const { ids, refusedAt } = await untilAnswered(
    (client) => bulkEnroll(client, { organizationId, request, options }, refs.length),
    row,
  );
  const refused = refs.filter((_, index) => refusedAt.has(index));
  history.entries.push({ workflowId, refs, refused });
  const entered = refs.filter((_, index) => !refusedAt.has(index));
  if (entered.length > 0) history.calls.push({ workflowId, organizationId, refs: entered, ids });
}

type Call = {
  organizationId: bigint;
  request: { workflowId: bigint; contacts: Buffer };
  options: { headers: Record<string, string>; timeoutMs: number };
};

/** Makes a bulk call. The refusal of everybody is treated as a successful call. */
async function bulkEnroll(
  client: RuntimeClient,
  { organizationId, request, options }: Call,
  count: number,
): Promise<{ ids: bigint[]; refusedAt: Set<number> }> {
  try {
    const { enrollmentIds, refused } = await client.enrollments(organizationId).bulkEnroll(request, options);
    return { ids: enrollmentIds, refusedAt: new Set(refused.map(({ index }) => index)) };
  } catch (error) {
    const isAll = error instanceof ConnectError && fromConnectError(error).reason === 'no_enrollments_created';
    if (!isAll) throw error;
    return { ids: [], refusedAt: new Set(Array.from({ length: count }, (_, index) => index)) };
  }
}
