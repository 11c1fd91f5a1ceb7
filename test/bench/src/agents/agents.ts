import { setTimeout as sleep } from 'node:timers/promises';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import type { Bench } from '../bench.ts';
import { startProvider } from '../integrations/start-provider.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { fillFleet } from './fill-fleet.ts';
import { type Agents, startAgents } from './start-agents.ts';

const rate = 500;
const inFlight = 50;
const whole = { seconds: 20, scores: 10_000, calls: 8_000, warmUp: 2_000, fleet: 1_000_000, reads: 60 };
const short = { seconds: 4, scores: 2_000, calls: 800, warmUp: 400, fleet: 20_000, reads: 10 };

/**
 * Measures scores at a fixed rate and their CPU time, executions of code that answers immediately, and reads of the
 * fleet's state among many executions. The service is one process, called over gRPC.
 */
export const agents: Bench = async (options) => {
  const sizes = options.short ? short : whole;
  const postgres = await startPostgres();
  const endpoint = await startProvider();
  const service = await startAgents(postgres, endpoint.url);
  try {
    const { agent } = await service.agents.spawnAgent({ name: 'Scores', type: AgentType.TEMPLATE, templateId: 2n });
    const scorer = agent?.id ?? 0n;
    options.progress('agents: scores …');
    await together(sizes.warmUp, () => score(service, scorer));
    const before = await service.process.cpuSeconds();
    await together(sizes.scores, () => score(service, scorer));
    const cpuOfScores = (await service.process.cpuSeconds()) - before;
    const latencies = await atRate(sizes.seconds, () => score(service, scorer));
    options.progress('agents: executions of code that answers at once …');
    const { agent: code } = await service.agents.spawnAgent({ name: 'Calls', type: AgentType.CODE, codeId: 'bench' });
    const codeId = code?.id ?? 0n;
    await together(sizes.warmUp / 10, () => call(service, codeId));
    const spent = { service: await service.process.cpuSeconds(), database: await postgres.cpuSeconds() };
    const startedAt = performance.now();
    await together(sizes.calls, () => call(service, codeId));
    const seconds = (performance.now() - startedAt) / 1_000;
    const cpuOfCalls = (await service.process.cpuSeconds()) - spent.service;
    const databaseCpu = (await postgres.cpuSeconds()) - spent.database;
    await audit(postgres, codeId, sizes.calls + sizes.warmUp / 10);
    options.progress(`agents: ${sizes.fleet} executions …`);
    await fillFleet(postgres, sizes.fleet);
    const reads = await times(sizes.reads, () => service.insights.monitorAgents({}));
    return {
      score_lead_p99_ms: round(percentile(latencies, 0.99)),
      score_lead_p50_ms: round(percentile(latencies, 0.5)),
      cpu_ms_per_score: round((cpuOfScores / sizes.scores) * 1_000, 3),
      executions_per_second: Math.round(sizes.calls / seconds),
      cpu_ms_per_execution: round((cpuOfCalls / sizes.calls) * 1_000, 2),
      database_cpu_ms_per_execution: round((databaseCpu / sizes.calls) * 1_000, 2),
      fleet_p95_ms: round(percentile(reads, 0.95)),
      peak_memory_mb: round(await service.process.peakMemoryMb()),
    };
  } finally {
    await service.stop();
    endpoint.stop();
    await postgres.stop();
  }
};

const lead = Buffer.from(
  JSON.stringify({
    email: 'ada@acme.example',
    title: 'Director',
    phone: '+49 30 1',
    company_name: 'Acme',
    company_size: 80,
  }),
);

async function score({ executions }: Agents, id: bigint): Promise<void> {
  await executions.scoreLead({ id, lead }, { timeoutMs: 30_000 });
}

async function call({ executions }: Agents, id: bigint): Promise<void> {
  const { execution } = await executions.executeAgent({ id, input: lead }, { timeoutMs: 35_000 });
  if (execution?.status !== AgentExecutionStatus.SUCCEEDED) throw new Error(`an execution is ${execution?.status}`);
}

async function together(count: number, act: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await act();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

/** Returns the latencies in milliseconds from each call's due time, regardless of the duration of earlier calls. */
async function atRate(seconds: number, act: () => Promise<void>): Promise<number[]> {
  const startedAt = performance.now();
  const acting = Array.from({ length: rate * seconds }, async (_, index) => {
    const dueAt = startedAt + (index * 1_000) / rate;
    await sleep(Math.max(0, dueAt - performance.now()));
    await act();
    return performance.now() - dueAt;
  });
  return Promise.all(acting);
}

async function times(count: number, act: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  // The first call is not measured, because it plans queries and warms up.
  for (let n = 0; n <= count; n += 1) {
    const startedAt = performance.now();
    await act();
    if (n > 0) found.push(performance.now() - startedAt);
  }
  return found;
}

async function audit({ client }: BenchPostgres, agentId: bigint, count: number): Promise<void> {
  const { rows } = await client.query<{ done: number }>(
    `select count(*)::int as done from agents.executions where agent_id = $1 and status = 'succeeded'`,
    [String(agentId)],
  );
  if (rows[0]?.done !== count) throw new Error(`${rows[0]?.done} of ${count} executions succeeded`);
}
