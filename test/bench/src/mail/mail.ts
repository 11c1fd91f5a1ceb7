import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { installPeers, runPeer } from '../peers.ts';
import type { Filled, StepInput } from '../runtime/fill-enrollments.ts';
import { costOfEffect, organizations, performEffects, readAudit } from '../runtime/perform-effects.ts';
import { migrateRuntime, type Runtime, startRuntime } from '../runtime/start-runtime.ts';
import { untilEnded } from '../runtime/until-ended.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { type Accepted, type Sink, startSink } from './start-sink.ts';
import { body, subject } from './template.ts';

const whole = { mails: 20_000, warmUpMails: 4_000, pacedSeconds: 20 };
const short = { mails: 3_000, warmUpMails: 1_000, pacedSeconds: 4 };
/** Number of contacts enrolled per second, each by a call of its own, while the time to the mail server is measured. */
const pacedPerSecond = 100;
/** Number of suppressed email addresses that get no mails, so that a look-up has rows to search. */
const suppressed = 10_000;

/** The first workflow id of each of the two runs, which is also the first organization id. */
const [warmUp, measured] = [1n, 101n];

const steps: StepInput[] = [
  { type: 'trigger', name: 'Start' },
  { type: 'email', name: 'Weekly', subject, body },
  { type: 'end', name: 'Done' },
];

/**
 * Measures mails from one runtime process to a local mail server. The permit, the intent and the result of each mail
 * are committed to disk.
 */
export const mail: Bench = async (options) => {
  const sizes = { ...(options.short ? short : whole), ...options.sizes };
  installPeers(options);
  const postgres = await startPostgres();
  const sink = await startSink();
  try {
    const { mailsPerSecond, ...others } = await measureOurs(postgres, sink, sizes, options.progress);
    options.progress('mail: pg-boss …');
    const peer = await runPeer(postgres, 'pg-boss-mail.mjs', {
      ...sizes,
      suppressed,
      smtpUrl: sink.url,
      subject,
      body,
    });
    checkOnce(await sink.taken(), sizes.warmUpMails + sizes.mails);
    const peerPerSecond = peer.steps / peer.seconds;
    return {
      mails_per_second: Math.round(mailsPerSecond),
      ratio_pgboss: round(mailsPerSecond / peerPerSecond, 2),
      pgboss_mails_per_second: Math.round(peerPerSecond),
      pgboss_cpu_us_per_mail: Math.round(((peer.cpuSeconds + peer.databaseCpuSeconds) / peer.steps) * 1e6),
      ...others,
    };
  } finally {
    sink.stop();
    await postgres.stop();
  }
};

async function measureOurs(
  postgres: BenchPostgres,
  sink: Sink,
  { mails, warmUpMails, pacedSeconds }: typeof whole,
  progress: (line: string) => void,
) {
  await migrateRuntime(postgres.url);
  const runtime = await startRuntime(postgres.url, { config: { smtpUrl: sink.url } });
  try {
    progress('mail: as fast as they go …');
    await suppressOthers(postgres);
    await performEffects(postgres, runtime, { firstWorkflow: warmUp, effects: warmUpMails, steps });
    // Does the work of autovacuum, because PostgreSQL plans blindly for tables without statistics.
    await postgres.client.query('vacuum analyze');
    const run = await performEffects(postgres, runtime, { firstWorkflow: measured, effects: mails, steps });
    const fast = await sink.taken();
    progress(`mail: ${pacedPerSecond} a second …`);
    const paced = pacedPerSecond * pacedSeconds;
    const enrolledAt = await enrollAtRate(postgres, runtime, run.filled, { done: mails, count: paced });
    const late = await sink.taken();
    await check(postgres, [...fast, ...late], warmUpMails + mails + paced);
    const times = late.map(({ to, at }) => at - (enrolledAt.get(to) ?? Number.NaN));
    const cost = costOfEffect(run);
    return {
      mailsPerSecond: mails / run.seconds,
      accepted_p50_ms: round(percentile(times, 0.5)),
      accepted_p99_ms: round(percentile(times, 0.99)),
      cpu_us_per_mail: cost.cpuMicros,
      runtime_cpu_us_per_mail: cost.runtimeCpuMicros,
      database_cpu_us_per_mail: cost.databaseCpuMicros,
      wal_bytes_per_mail: cost.walBytes,
      bytes_of_mail: Math.round(fast.reduce((sum, { bytes }) => sum + bytes, 0) / fast.length),
      runtime_peak_memory_mb: round(await runtime.peakMemoryMb()),
    };
  } finally {
    await runtime.stop();
  }
}

/**
 * Suppresses email addresses that get no mails, in the organizations of the measured workflows. Each organization has
 * the number of its workflow.
 */
async function suppressOthers({ client }: BenchPostgres): Promise<void> {
  await client.query(
    `insert into enrollments.suppressions (organization_id, mode, email, channel, reason, source, created_at)
     select $1::bigint + n % $2::int, 'live', 'gone' || n || '@example.com', 'email', 'bounce', 'bench', now()
     from generate_series(0, $3::int - 1) as n`,
    [measured, organizations, suppressed],
  );
}

/**
 * Enrolls contacts at a fixed rate, regardless of the duration of the calls, and waits until all enrollments are
 * completed.
 */
async function enrollAtRate(
  postgres: BenchPostgres,
  runtime: Runtime,
  filled: readonly Filled[],
  { done, count }: { done: number; count: number },
): Promise<ReadonlyMap<string, number>> {
  const enrolledAt = new Map<string, number>();
  const startedAt = Date.now();
  const enrolling = Array.from({ length: count }, async (_, index) => {
    await sleep(startedAt + (index * 1_000) / pacedPerSecond - Date.now());
    const email = `paced${index}@example.com`;
    const contact = {
      email,
      first_name: 'Ada',
      last_name: 'Lovelace',
      score: index % 100,
      company: 'Acme',
      country: 'NL',
    };
    const workflow = filled[index % filled.length];
    if (workflow === undefined) throw new Error('there is no workflow to enroll into');
    enrolledAt.set(email, Date.now());
    const { workflowId, organizationId } = workflow;
    const contacts = Buffer.from(JSON.stringify([contact]));
    await runtime.enrollments.as(organizationId).bulkEnroll({ workflowId, contacts });
  });
  await Promise.all(enrolling);
  await untilEnded(postgres, filled, done + count);
  return enrolledAt;
}

/**
 * Checks that each mail arrived once, and is recorded as an effect with its result, as a line of the timeline, and as a
 * delivery with its Message-ID.
 */
async function check(postgres: BenchPostgres, accepted: readonly Accepted[], count: number): Promise<void> {
  checkOnce(accepted, count);
  const { rows } = await postgres.client.query<{ message_id: string }>(
    `select message_id from enrollments.deliveries where status = 'sent' and sent_at is not null`,
  );
  const delivered = new Set(rows.map(({ message_id }) => message_id));
  const known = accepted.filter(({ messageId }) => delivered.has(messageId)).length;
  const { rows: sends } = await postgres.client.query<{ count: number }>(
    `select count(*)::int as count from enrollments.sends where status = 'sent' and placed_at is not null`,
  );
  const audit = { ...(await readAudit(postgres)), sends: sends[0]?.count, deliveries: rows.length, known };
  if (Object.values(audit).some((found) => found !== count))
    throw new Error(`of ${count} mails: ${JSON.stringify(audit)}`);
}

function checkOnce(accepted: readonly Accepted[], count: number): void {
  const ids = new Set(accepted.map(({ messageId }) => messageId));
  if (accepted.length !== count || ids.size !== count || ids.has(''))
    throw new Error(`${accepted.length} mails with ${ids.size} ids arrived, and not ${count}`);
}
