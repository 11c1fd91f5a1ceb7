import { setImmediate as giveWay } from 'node:timers/promises';
import type { Bench, Figures } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { installPeers, runPeer } from '../peers.ts';
import type { Api } from '../services/api.ts';
import { type Services, startServices } from '../services/start-services.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';

const whole = { calls: 40, warmUpCalls: 5 };
const short = { calls: 4, warmUpCalls: 2 };
const rowsOfCall = 10_000;
/** Number of concurrent calls, because a back end sends its next call while the previous call is being stored. */
const concurrency = 2;
const readsEveryMs = 50;
const turnContacts = 250;

const steps = [
  { type: 'trigger', name: 'Start' },
  { type: 'wait', name: 'Pause', config: { duration: 30, unit: 'days' } },
  { type: 'log', name: 'Done', config: { message: '{{ first_name }}' } },
];

/**
 * Measures contacts that are enrolled through REST while another organization reads its list and details, and rows that
 * pg-boss inserts.
 */
export const bulk: Bench = async (options) => {
  const { calls, warmUpCalls } = options.short ? short : whole;
  installPeers(options);
  const postgres = await startPostgres();
  try {
    const figures = await measureOurs(postgres, calls, warmUpCalls, options.progress);
    options.progress('bulk: pg-boss …');
    const peer = await runPeer(postgres, 'pg-boss-insert.mjs', { calls, warmUpCalls, rowsOfCall, concurrency });
    const peerRowsPerSecond = peer.steps / peer.seconds;
    return {
      ...figures,
      pgboss_rows_per_second: Math.round(peerRowsPerSecond),
      ratio_pgboss: round(Number(figures['contacts_per_second']) / peerRowsPerSecond, 2),
    };
  } finally {
    await postgres.stop();
  }
};

async function measureOurs(
  postgres: BenchPostgres,
  calls: number,
  warmUpCalls: number,
  progress: (line: string) => void,
): Promise<Figures> {
  const services = await startServices(postgres);
  try {
    const { id } = await services.api('POST', '/workflows', { name: 'Import', status: 'active', steps });
    const other = await services.addOrganization('other');
    const read = await prepareReads(other);
    await enroll(services.api, id, warmUpCalls, 0);
    progress(`bulk: ${calls} calls of ${rowsOfCall} contacts …`);
    const before = await spent(postgres, services);
    const reading = startReading(read);
    const startedAt = performance.now();
    const enrolling = enroll(services.api, id, calls, warmUpCalls).then(() => (performance.now() - startedAt) / 1000);
    await enrolling.catch(() => undefined);
    const { times: reads, failures } = await reading.stop();
    const seconds = await enrolling;
    const after = await spent(postgres, services);
    const contacts = calls * rowsOfCall;
    await check(services.api, id, contacts + warmUpCalls * rowsOfCall);
    const micros = (name: keyof typeof after) => round(((after[name] - before[name]) / contacts) * 1e6);
    return {
      contacts_per_second: Math.round(contacts / seconds),
      other_p99_ms: round(percentile(reads, 0.99)),
      other_p50_ms: round(percentile(reads, 0.5)),
      other_reads: reads.length,
      other_failed_reads: failures.length,
      gateway_cpu_us_per_contact: micros('gateway'),
      runtime_cpu_us_per_contact: micros('runtime'),
      database_cpu_us_per_contact: micros('database'),
      gateway_peak_memory_mb: await services.gateway.peakMemoryMb(),
      runtime_peak_memory_mb: await services.runtime.peakMemoryMb(),
    };
  } finally {
    await services.stop();
  }
}

async function spent(postgres: BenchPostgres, { gateway, runtime }: Services) {
  return {
    gateway: await gateway.cpuSeconds(),
    runtime: await runtime.cpuSeconds(),
    database: await postgres.cpuSeconds(),
  };
}

async function enroll(api: Api, workflowId: number, calls: number, first: number): Promise<void> {
  let next = first;
  const send = async () => {
    for (; next < first + calls; ) {
      const body = await bodyOf(next++);
      const answer = await api('POST', `/workflows/${workflowId}/enrollments/bulk`, body);
      if (answer.created_count !== rowsOfCall) throw new Error(`${answer.created_count} of ${rowsOfCall} were created`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, send));
}

/** Makes a body in small parts, because this process also times the concurrent reads, and must not be late itself. */
async function bodyOf(call: number): Promise<string> {
  const contacts: string[] = [];
  for (let index = 0; index < rowsOfCall; index += 1) {
    contacts.push(contactOf(call * rowsOfCall + index));
    if (index % turnContacts === 0) await giveWay();
  }
  return `{"contacts":[${contacts.join(',')}]}`;
}

/** Makes a contact as text, because this process must spend little time on anything but the measured work. */
function contactOf(n: number): string {
  return `{"lead_ref":"crm-${n}","email":"person${n}@example.com","first_name":"First${n % 500}","last_name":"Last${n % 3000}","score":${n % 100},"company":"Company ${n % 1000}","country":"NL"}`;
}

async function check(api: Api, workflowId: number, expected: number): Promise<void> {
  const { step_funnel: funnel } = await api('GET', `/workflows/${workflowId}/enrollments?limit=1`);
  const { total_enrollments: total } = funnel.totals;
  if (total !== expected) throw new Error(`${total} of ${expected} contacts are enrolled`);
}

/**
 * Prepares the other organization's workflow, with a thousand enrollments. Returns a function that makes the
 * organization's reads in turn, one for each call.
 */
async function prepareReads(api: Api): Promise<(turn: number) => Promise<unknown>> {
  const { id } = await api('POST', '/workflows', { name: 'Other', status: 'active', steps });
  const contacts = Array.from({ length: 1000 }, (_, index) => contactOf(index)).join(',');
  const { enrollment_ids: ids } = await api('POST', `/workflows/${id}/enrollments/bulk`, `{"contacts":[${contacts}]}`);
  const list = `/workflows/${id}/enrollments`;
  return (turn) => api('GET', turn % 2 === 0 ? list : `${list}/${ids[turn % ids.length]}`);
}

/**
 * Starts a read at each scheduled time, whether or not earlier reads were answered. Measures the duration of each read.
 */
function startReading(read: (turn: number) => Promise<unknown>) {
  const times: number[] = [];
  const reads: Promise<void>[] = [];
  const failures: unknown[] = [];
  const timer = setInterval(() => {
    const startedAt = performance.now();
    const done = () => void times.push(performance.now() - startedAt);
    reads.push(read(reads.length).then(done, (error: unknown) => void failures.push(error)));
  }, readsEveryMs);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(reads);
      return { times, failures };
    },
  };
}
