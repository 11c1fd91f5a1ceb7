import { randomBytes } from 'node:crypto';
import { service as agents } from '@drippulse/agents';
import type { Bench } from '../bench.ts';
import { type CountingReceiver, startReceiver } from '../effects/start-receiver.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { until } from '../measuring/until.ts';
import type { Api } from '../services/api.ts';
import { startServices } from '../services/start-services.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';

const slowSteps = 500;
/** Number of measured callbacks per second. */
const rate = 50;
const whole = { seconds: 20, delayMs: 3_000, turns: 3 };
const short = { seconds: 6, delayMs: 500, turns: 1 };
/** Polls seldom, so that polling hardly affects the measurement. */
const seldom = { everyMs: 500 };

/**
 * Measures callbacks of one workflow at a fixed rate, alternately alone and alongside 500 steps of the organization's
 * second workflow, whose agent is slow. Each callback is timed from the due end of its wait until its enrollment has
 * ended, by the clock of the database.
 */
export const agentSteps: Bench = async ({ short: isShort, progress }) => {
  const { seconds, delayMs, turns } = isShort ? short : whole;
  const postgres = await startPostgres();
  const [receiver, slow] = [await startReceiver(), await startReceiver({ delayMs })];
  const code = {
    id: 'slow',
    url: slow.url,
    secret: `whsec_${randomBytes(24).toString('base64')}`,
    timeout_seconds: 60,
  };
  const env = { WEBHOOK_ALLOW_PRIVATE: 'true', CODE_AGENTS: JSON.stringify([code]) };
  const services = await startServices(postgres, [], env, [agents.name]);
  try {
    const { api } = services;
    const callbacks = await createCallbacks(api, receiver);
    const steps = await createSteps(api);
    await measure(postgres, api, callbacks, 2);
    const times: Record<'alone' | 'beside', number[]> = { alone: [], beside: [] };
    for (let turn = 1; turn <= turns; turn += 1) {
      progress(`agent-steps: callbacks alone and beside ${slowSteps} slow steps, ${turn} of ${turns} …`);
      times.alone.push(...(await measure(postgres, api, callbacks, seconds)));
      await enroll(api, steps, slowSteps, () => ({}));
      await untilEnrolled(postgres, turn * slowSteps);
      const before = await answered(postgres);
      times.beside.push(...(await measure(postgres, api, callbacks, seconds)));
      const after = await answered(postgres);
      if (before === after || after === turn * slowSteps)
        throw new Error('the slow steps were not beside the callbacks');
      await until('the slow steps are answered', async () => (await answered(postgres)) === turn * slowSteps, seldom);
    }
    const [alone, beside] = [percentile(times.alone, 0.99), percentile(times.beside, 0.99)];
    return {
      other_p99_alone_ms: round(alone),
      other_p99_beside_ms: round(beside),
      ratio_beside: round(beside / alone, 2),
      other_p50_alone_ms: round(percentile(times.alone, 0.5)),
      other_p50_beside_ms: round(percentile(times.beside, 0.5)),
      callbacks: times.alone.length + times.beside.length,
    };
  } finally {
    await services.stop();
    receiver.stop();
    slow.stop();
    await postgres.stop();
  }
};

async function createCallbacks(api: Api, { url }: CountingReceiver): Promise<number> {
  const steps = [
    { type: 'trigger', name: 'Start' },
    { type: 'wait', name: 'Until due', config: { until: '{{ due }}' } },
    { type: 'webhook_callback', name: 'Tell', config: { url: `${url}/leads`, payload: { email: '{{ email }}' } } },
  ];
  return (await api('POST', '/workflows', { name: 'Callbacks', status: 'active', steps })).id;
}

async function createSteps(api: Api): Promise<number> {
  const { id } = await api('POST', '/agents/spawn', { name: 'Slow', type: 'code', code_id: 'slow' });
  const steps = [
    { type: 'trigger', name: 'Start' },
    { type: 'agent', name: 'Ask', config: { agent_id: id, save_as: 'answer' } },
  ];
  return (await api('POST', '/workflows', { name: 'Agents', status: 'active', steps })).id;
}

async function enroll(api: Api, workflowId: number, count: number, more: (n: number) => object): Promise<number[]> {
  const contacts = Array.from({ length: count }, (_, n) => ({
    ...{ email: `person${n}@example.com`, first_name: `First${n}` },
    ...more(n),
  }));
  return (await api('POST', `/workflows/${workflowId}/enrollments/bulk`, { contacts })).enrollment_ids;
}

/** Returns the milliseconds from the due time of each callback until its enrollment has ended. */
async function measure(postgres: BenchPostgres, api: Api, workflowId: number, seconds: number): Promise<number[]> {
  const { rows: clock } = await postgres.client.query<{ now: Date }>('select clock_timestamp() as now');
  const startsAt = (clock[0]?.now ?? new Date()).getTime() + 2_000;
  const due = Array.from({ length: rate * seconds }, (_, n) => new Date(startsAt + Math.round((n * 1_000) / rate)));
  const ids = await enroll(api, workflowId, due.length, (n) => ({ due: due[n]?.toISOString() }));
  const dueAt = new Map(ids.map((id, n) => [String(id), due[n]?.getTime() ?? Number.NaN]));
  type Ended = { id: string; status: string; at: Date };
  let ended: Ended[] = [];
  await until(
    'the callbacks have ended',
    async () => {
      const { rows } = await postgres.client.query<Ended>(
        `select enrollment_id as id, status, ended_at as at from enrollments.outcomes
       where workflow_id = $1 and enrollment_id = any($2::bigint[])`,
        [workflowId, ids],
      );
      ended = rows;
      return rows.length === ids.length;
    },
    seldom,
  );
  const others = ended.filter(({ status }) => status !== 'completed');
  if (others.length > 0) throw new Error(`${others.length} callbacks ended as ${others[0]?.status}`);
  return ended.map(({ id, at }) => at.getTime() - (dueAt.get(id) ?? Number.NaN));
}

async function untilEnrolled({ client }: BenchPostgres, count: number): Promise<void> {
  await until(
    'the agents have all steps',
    async () => {
      const { rows } = await client.query<{ found: number }>('select count(*)::int as found from agents.executions');
      return rows[0]?.found === count;
    },
    seldom,
  );
}

async function answered({ client }: BenchPostgres): Promise<number> {
  const { rows } = await client.query<{ found: number }>(
    `select count(*)::int as found from agents.executions where status = 'succeeded'`,
  );
  return rows[0]?.found ?? 0;
}
