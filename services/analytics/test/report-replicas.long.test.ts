import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { AnalyticsMetricName, AnalyticsService } from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import {
  ReportFormat,
  ReportStatus,
  ReportsService,
  ReportType,
} from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import {
  type Caller,
  callerOf,
  clientFor,
  createGrpcPeers,
  type Routes,
  serveRpc,
  serverInterceptors,
} from '@drippulse/rpc';
import { freePort } from '@drippulse/servers';
import { createHarness, editor } from '@drippulse/service/harness';
import { eventually } from '@drippulse/testing';
import { nodeFlagsOf, publicService, type ServiceName, servedBy } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { DB } from '../src/db/schema.ts';
import { service } from '../src/service.ts';

const replicas = 2;
/** Number of reports that a process makes at the same time. */
const lanes = 2;
const organizations = 10;
const reportsOfEach = 10;
const patience = { timeoutMs: 180_000 };
const name = servedBy(ReportsService);

/**
 * Numbers of requests for pages of the CRM that are under way: now, by organization, and at most so far, both in total
 * and for one organization.
 */
const asked = { now: new Map<bigint, number>(), most: 0, mostOfOne: 0 };
/** While this is set, the CRM returns no page until the promise resolves. */
let gate: Promise<void> | undefined;
const mails: { to: string; id: string }[] = [];

const opened: { stop(): Promise<unknown> }[] = [];
let harness: Awaited<ReturnType<typeof createHarness>>;
let clients: ReturnType<typeof clientsOf>[];

beforeAll(async () => {
  harness = await createHarness(service, { env: { SMTP_URL: await startMailServer() } });
  opened.push(harness);
  const peers = {
    ...(await serve(servedBy(AccountService), identity)),
    ...(await serve(servedBy(CrmOpportunitiesService), crm)),
  };
  clients = await Promise.all(Array.from({ length: replicas }, () => startReplica(peers)));
});
afterAll(async () => {
  for (const part of opened.reverse()) await part.stop();
});

/** Starts a process of the service. */
async function startReplica(peers: object): Promise<ReturnType<typeof clientsOf>> {
  const port = await freePort();
  const child = spawn(process.execPath, [...nodeFlagsOf(name), fileURLToPath(new URL('child.ts', import.meta.url))], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      TEST_CONFIG: JSON.stringify({ ...harness.config, grpcPort: port }),
      TEST_PEERS: JSON.stringify(peers),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  opened.push({ stop: () => kill(child) });
  const own = clientsOf(port);
  await eventually(() => own.reports(editor).listReports({}), patience);
  return own;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function clientsOf(port: number) {
  const peers = createGrpcPeers({ [name]: `127.0.0.1:${port}` });
  opened.push({ stop: async () => peers.close() });
  const options = { peers, target: name, tokens: harness.keys.tokensOf(publicService) };
  return { reports: clientFor(ReportsService, options), analytics: clientFor(AnalyticsService, options) };
}

async function serve(peer: ServiceName, routes: Routes): Promise<Partial<Record<ServiceName, string>>> {
  const interceptors = serverInterceptors({ tokens: harness.keys.tokensOf(peer), log: harness.log });
  const server = await serveRpc({ routes, interceptors, host: '127.0.0.1', port: 0, log: harness.log });
  opened.push(server);
  return { [peer]: `127.0.0.1:${server.port}` };
}

const identity: Routes = (router) => {
  router.service(AccountService, { getAccount: () => ({ account: { timezone: 'UTC' } }) });
  router.service(IdentityService, {
    listRecipients: () => ({
      recipients: [
        { userId: 7n, email: 'grace@example.com', role: Role.VIEWER },
        { userId: 8n, email: 'alan@example.com', role: Role.ADMIN },
      ],
    }),
  });
};

/** A CRM with one page for each report, so that each request for a page belongs to a different report. */
const crm: Routes = (router) => {
  router.service(CrmOpportunityPipelinesService, { listCrmOpportunityPipelines: () => ({ pipelines: [] }) });
  router.service(CrmOpportunitiesService, {
    async listCrmOpportunities(_, call) {
      const { organizationId } = callerOf(call);
      const ofOne = (asked.now.get(organizationId) ?? 0) + 1;
      asked.now.set(organizationId, ofOne);
      asked.mostOfOne = Math.max(asked.mostOfOne, ofOne);
      asked.most = Math.max(asked.most, askedNow());
      await gate;
      asked.now.set(organizationId, (asked.now.get(organizationId) ?? 0) - 1);
      return {
        opportunities: [{ publicId: 'opp_1', name: 'One', createdAt: timestampFromDate(new Date()) }],
        totalCount: 1n,
      };
    },
  });
};

const askedNow = () => [...asked.now.values()].reduce((sum, count) => sum + count, 0);

/** Starts a mail server that records the Message-ID of each mail. Returns its URL. */
async function startMailServer(): Promise<string> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, { envelope }, callback) {
      simpleParser(stream).then(({ messageId = '' }) => {
        mails.push({ to: envelope.rcptTo[0]?.address ?? '', id: messageId });
        callback(null);
      }, callback);
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  opened.push({ stop: () => new Promise<void>((resolve) => server.close(() => resolve())) });
  const { port } = server.server.address() as AddressInfo; // the server listens on a port
  return `smtp://127.0.0.1:${port}`;
}

const callerOfOrganization = (organizationId: bigint): Caller => ({ ...editor, organizationId });

async function ask(index: number, organizationId: bigint): Promise<void> {
  const { reports } = clients[index % replicas] ?? {};
  await reports?.(callerOfOrganization(organizationId)).generateReport({
    type: ReportType.PIPELINE,
    format: ReportFormat.CSV,
  });
}

async function untilReady(count: number): Promise<void> {
  const db = harness.connect<DB>();
  await eventually(async () => {
    const { rows } = await sql<{ status: string; count: number }>`
      select status, count(*)::int as count from reports group by status`.execute(db.kysely);
    expect(rows).toEqual([{ status: 'ready', count }]);
  }, patience);
}

test('of a queue of 100 reports each process makes two at a time, and answers charts meanwhile', async () => {
  const opens = Promise.withResolvers<void>();
  gate = opens.promise;
  for (let report = 0; report < organizations * reportsOfEach; report += 1) {
    await ask(report, BigInt(1 + (report % organizations)));
  }
  await eventually(() => expect(askedNow()).toBe(lanes * replicas), patience);
  for (const { analytics } of clients) {
    const metric = AnalyticsMetricName.ENROLLMENTS_STARTED;
    expect(await analytics(editor).getAnalyticsChart({ metric })).toMatchObject({ metric });
  }
  expect(askedNow()).toBe(lanes * replicas);
  opens.resolve();
  gate = undefined;
  await untilReady(organizations * reportsOfEach);
  expect(asked.most).toBe(lanes * replicas);
  expect(asked.mostOfOne).toBeLessThanOrEqual(replicas);
});

test('of a queue of one organization each process makes one at a time', async () => {
  const db = harness.connect<DB>();
  asked.mostOfOne = 0;
  const opens = Promise.withResolvers<void>();
  gate = opens.promise;
  for (let report = 0; report < reportsOfEach; report += 1) await ask(report, 1n);
  await eventually(() => expect(askedNow()).toBe(replicas), patience);
  // The other lane of a process has taken a further report of the organization, and has put it back. Such a report has
  // a cursor and no failure.
  await eventually(async () => {
    const { rows } =
      await sql`select from jobs where kind = 'report' and cursor is not null and status = 'running' limit 1`.execute(
        db.kysely,
      );
    expect(rows).toHaveLength(1);
  }, patience);
  opens.resolve();
  gate = undefined;
  await untilReady((organizations + 1) * reportsOfEach);
  expect(asked.mostOfOne).toBe(replicas);
});

test('each tick of a schedule is one Message-ID for each recipient, though two processes see it', async () => {
  const db = harness.connect<DB>();
  const [first, second] = clients;
  const own = first?.reports(editor);
  const { report } = (await own?.generateReport({ type: ReportType.PIPELINE, format: ReportFormat.CSV })) ?? {};
  const id = report?.id ?? 0n;
  await eventually(async () => {
    expect((await own?.getReport({ id }))?.report?.status).toBe(ReportStatus.READY);
  }, patience);
  const schedule = { cron: '0 8 * * 1', timezone: 'UTC', recipients: ['7', '8'] };
  await own?.scheduleReport({ id, ...schedule });
  const ticks = 5;
  for (let tick = 1; tick <= ticks; tick += 1) {
    await sql`update reports set next_run_at = now() - interval '1 minute' where id = ${id}`.execute(db.kysely);
    // Setting a schedule wakes the loops of the process, so both processes look for ticks at the same time.
    const { report: other } =
      (await own?.generateReport({ type: ReportType.PIPELINE, format: ReportFormat.CSV })) ?? {};
    const paused = { id: other?.id ?? 0n, ...schedule, paused: true };
    await Promise.all([first, second].map((replica) => replica?.reports(editor).scheduleReport(paused)));
    await eventually(() => expect(new Set(mails.map(({ id: message }) => message)).size).toBe(2 * tick), patience);
  }
  const { rows } = await sql<{ ticks: number }>`
    select count(*)::int as ticks from reports where scheduled_by = ${id}`.execute(db.kysely);
  expect(rows).toEqual([{ ticks }]);
  await eventually(async () => {
    const { rows: left } = await sql`
      select from jobs where kind in ('report mail', 'mail') and status in ('queued', 'running')`.execute(db.kysely);
    expect(left).toHaveLength(0);
  }, patience);
  for (const to of ['grace@example.com', 'alan@example.com']) {
    expect(new Set(mails.filter((mail) => mail.to === to).map(({ id: message }) => message)).size).toBe(ticks);
  }
  expect(mails).toHaveLength(2 * ticks);
});
