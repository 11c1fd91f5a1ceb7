import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import {
  type EmbeddedPostgres,
  freePort,
  type KafkaBroker,
  type RedisServer,
  startEmbeddedPostgres,
  startKafka,
  startRedis,
} from '@drippulse/servers';
import {
  eventually,
  type Fault,
  type FaultProxy,
  type Receiver,
  shareOf,
  startFaultProxy,
  startReceiver,
} from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type MailServer, startMailServer } from '../src/mail-server.ts';

const servers = ['postgres', 'redis', 'kafka', 'smtp'] as const;
type Server = (typeof servers)[number];
/**
 * The ways in which a server fails: the faults of the proxy, and `frozen`, in which SIGSTOP stops the processes of the
 * server until they are resumed.
 */
type Way = Fault | 'frozen';
const ways: readonly Way[] = ['frozen', 'swallowed', 'cut', 'half_open', 'slow'];

/** Ten times a request's deadline of 30 s. */
const answerCeilingMs = 300_000;
/**
 * Ten times the maximum time that a client needs to detect a dead connection. The slowest client is a member of a Kafka
 * group, which needs 70 s.
 */
const recoveryCeilingMs = 700_000;

const broker = await startKafkaBehindProxy();
const limiter = await startRedis();

if ('unavailable' in broker) notRun(broker);
else if ('unavailable' in limiter) notRun(limiter);
else describe('a server that fails', () => failingServers(broker, limiter));

async function startKafkaBehindProxy() {
  const port = await freePort();
  const proxy = await startFaultProxy({ port });
  const kafka = await startKafka({ port, advertisedPort: proxy.port });
  return 'unavailable' in kafka ? kafka : { kafka, proxy };
}

function failingServers(
  { kafka, proxy: kafkaProxy }: { kafka: KafkaBroker; proxy: FaultProxy },
  redis: RedisServer,
): void {
  let platform: RunningPlatform;
  let receiver: Receiver;
  let mails: MailServer;
  let postgres: EmbeddedPostgres;
  let proxies: Record<Server, FaultProxy>;
  let folder: string;
  let workflowId: number;
  let contacts = 0;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-failing-'));
    [receiver, mails, postgres] = await Promise.all([
      startReceiver(),
      startMailServer(),
      startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') }),
    ]);
    proxies = {
      postgres: await startFaultProxy({ port: postgres.port }),
      redis: await startFaultProxy({ port: Number(new URL(redis.url).port) }),
      kafka: kafkaProxy,
      smtp: await startFaultProxy({ port: mails.port }),
    };
    platform = await startLayout('start', {
      env: {
        DATABASE_URL: proxies.postgres.through(postgres.url),
        REDIS_URL: proxies.redis.through(redis.url),
        KAFKA_BROKERS: kafka.brokers.join(','),
        SMTP_URL: `smtp://127.0.0.1:${proxies.smtp.port}`,
      },
    });
    await platform.api.post('/api/v1/webhooks', { url: receiver.url, event_type: 'enrollment.completed' });
    const retry = { max_attempts: 20, backoff_seconds: 1 };
    const workflow = await platform.api.post('/api/v1/workflows', {
      name: 'Mailing',
      status: 'active',
      steps: [
        { type: 'trigger', name: 'Start' },
        { type: 'email', name: 'Mail', config: { to: '{{ email }}', subject: 'Hello', body: 'Hello', retry } },
      ],
    });
    expect(workflow.status).toBe(201);
    workflowId = workflow.body.id;
  });
  afterAll(async () => {
    await platform?.dispose();
    await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
    await Promise.all([receiver.stop(), mails.stop(), postgres.stop(), kafka.stop(), redis.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  function pidsOf(server: Server): number[] {
    if (server === 'postgres') return [postgres.pid, ...childrenOf(postgres.pid)];
    if (server === 'redis') return [redis.pid];
    return server === 'kafka' ? [kafka.pid] : [];
  }

  /** Returns the status of the response to a request. Throws if there is no response within the time limit. */
  async function statusOf(method: string, url: string, body?: object): Promise<number> {
    const answer = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${platform.apiKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerCeilingMs),
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  const read = () => statusOf('GET', `${platform.baseUrl}/api/v1/workflows?limit=1`);

  /** Enrolls a new contact; returns its address. */
  async function enroll(): Promise<{ status: number; email: string }> {
    contacts += 1;
    const email = `contact-${contacts}@example.com`;
    const url = `${platform.baseUrl}/api/v1/workflows/${workflowId}/enrollments/bulk`;
    return { email, status: await statusOf('POST', url, { contacts: [{ email }] }) };
  }

  const cells = servers.flatMap((server) =>
    // The mail server runs within this test, so it cannot be frozen. For the client, `swallowed` has the same effect.
    ways.filter((way) => server !== 'smtp' || way !== 'frozen').map((way) => [server, way] as const),
  );

  test.each(shareOf(cells, 0, 2))(
    '%s %s: every request is answered, and all is normal once it is back',
    async (server, way) => {
      const accepted: string[] = [];
      const proxy = proxies[server];
      const pids = pidsOf(server);
      if (way === 'frozen') for (const pid of pids) process.kill(pid, 'SIGSTOP');
      else proxy.fail(way);
      try {
        for (let round = 0; round < 3; round++) {
          const [status, enrolled, live, ready, health] = await Promise.all([
            read(),
            enroll(),
            statusOf('GET', `${platform.opsUrl}/live`),
            statusOf('GET', `${platform.opsUrl}/ready`),
            statusOf('GET', `${platform.baseUrl}/health`),
          ]);
          const mayRefuse = server === 'postgres' && way !== 'slow';
          expect(mayRefuse ? [200, 503, 504] : [200]).toContain(status);
          expect(mayRefuse ? [201, 503, 504] : [201]).toContain(enrolled.status);
          expect(live).toBe(200);
          expect([200, 503]).toContain(ready);
          expect([200, 503]).toContain(health);
          if (enrolled.status < 300) accepted.push(enrolled.email);
        }
      } finally {
        if (way === 'frozen') for (const pid of pids) process.kill(pid, 'SIGCONT');
        else proxy.heal();
      }
      await eventually(async () => expect(await read()).toBe(200), { timeoutMs: recoveryCeilingMs });
      const after = await eventually(
        async () => {
          const enrolled = await enroll();
          expect(enrolled.status).toBeLessThan(300);
          return enrolled.email;
        },
        { timeoutMs: recoveryCeilingMs },
      );
      const bodies = () => receiver.requests.map(({ body }) => String(body)).join('\n');
      await eventually(
        () => {
          for (const email of [...accepted, after]) {
            expect(mails.recipients).toContain(email);
            expect(bodies()).toContain(email);
          }
        },
        { timeoutMs: recoveryCeilingMs },
      );
      await eventually(async () => expect(await statusOf('GET', `${platform.opsUrl}/ready`)).toBe(200), {
        timeoutMs: recoveryCeilingMs,
      });
      await eventually(
        async () => {
          const metrics = await (await fetch(`${platform.opsUrl}/metrics`)).text();
          expect(metrics).not.toMatch(/^drippulse_limits_degraded\S* 1$/m);
        },
        { timeoutMs: recoveryCeilingMs },
      );
    },
    2_000_000,
  );
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return stdout.trim().split('\n').filter(Boolean).map(Number);
}
