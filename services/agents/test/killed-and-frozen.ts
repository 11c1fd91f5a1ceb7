import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelProvider } from '@drippulse/fake-providers/models';
import { eventually } from '@drippulse/testing';
import { expect } from '@jest/globals';
import { sql } from 'kysely';
import type { Harness } from './harness.ts';
import { endLeases } from './leases.ts';
import { expectSumsEqual, queueModel, spawnChild } from './ledger-checks.ts';

/**
 * Repeats two faults for a period, at least once: kills one of two working processes, and freezes the other until its
 * leases have ended. Expects in every sample that the spent and reserved sum does not exceed the limit, and that the
 * provider's bill does not exceed this sum. Returns the number of samples, and the reservations that ended as assumed,
 * estimated or overrun, which explain the difference from the bill at the end.
 */
export async function killAndFreeze(
  harness: Harness,
  provider: ModelProvider,
  { agentId, forMs, perRound, frozenMs }: { agentId: bigint; forMs: number; perRound: number; frozenMs: number },
): Promise<{ samples: number; differences: object[] }> {
  const start = await stateOf(harness);
  const billedBefore = provider.bill();
  const samples = { count: 0, isOver: false };
  const sampling = (async () => {
    while (!samples.isOver) {
      // The bill is read first, because every call on the bill was reserved before it was made.
      const bill = provider.bill() - billedBefore;
      const { limit, taken } = await stateOf(harness);
      expect(taken).toBeLessThanOrEqual(limit);
      expect(taken - start.taken).toBeGreaterThanOrEqual(bill);
      samples.count += 1;
      await sleep(20);
    }
  })();
  await harness.stopServices();
  let [killed, frozen] = [spawnChild(harness), spawnChild(harness)];
  try {
    const until = performance.now() + forMs;
    for (let round = 0; round === 0 || performance.now() < until; round += 1) {
      const before = provider.requests.length;
      for (let n = 0; n < perRound; n += 1) await queueModel(harness, agentId, JSON.stringify({ round, n }));
      // At this point calls are under way, or the budget is used up.
      await eventually(
        async () => expect(provider.requests.length > before || (await openCalls(harness)) === 0).toBe(true),
        { timeoutMs: 180_000 },
      );
      frozen.kill('SIGSTOP');
      await end(killed);
      await endLeases(harness);
      killed = spawnChild(harness);
      await sleep(frozenMs);
      frozen.kill('SIGCONT');
    }
  } finally {
    for (const child of [killed, frozen]) await end(child);
    await endLeases(harness);
    await harness.start();
    await eventually(async () => expect(await openCalls(harness)).toBe(0), { timeoutMs: 180_000 });
    samples.isOver = true;
    await sampling;
  }
  const { rows } = await sql<{ execution_id: bigint; attempt: number; state: string; charged_pico_usd: bigint }>`
    select execution_id, attempt, state, charged_pico_usd from reservations
    where state in ('assumed', 'estimated', 'overrun') and agent_id = ${agentId} order by 1, 2`.execute(
    harness.db.kysely,
  );
  const { taken } = await stateOf(harness);
  const difference = taken - start.taken - (provider.bill() - billedBefore);
  const assumed = rows.reduce((sum, row) => sum + row.charged_pico_usd, 0n);
  expect(difference).toBeGreaterThanOrEqual(0n);
  expect(difference).toBeLessThanOrEqual(assumed);
  await expectSumsEqual(harness);
  return { samples: samples.count, differences: rows };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function stateOf({ db }: Harness): Promise<{ limit: bigint; taken: bigint }> {
  const { rows } = await sql<{ limit: bigint; taken: bigint }>`
    select coalesce((select daily_pico_usd from agent_budgets where organization_id = 1), 25000000000000) as limit,
      coalesce((select sum(spent_pico_usd + reserved_pico_usd) from spend_windows where key like 'organization:1:day:%'), 0)::bigint as taken`.execute(
    db.kysely,
  );
  return rows[0] ?? { limit: 0n, taken: 0n };
}

/** Counts active executions and open reservations. */
async function openCalls({ db }: Harness): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select ((select count(*) from executions where status in ('queued', 'running') and work = 'llm')
      + (select count(*) from reservations where state = 'open'))::int as count`.execute(db.kysely);
  return rows[0]?.count ?? 0;
}
