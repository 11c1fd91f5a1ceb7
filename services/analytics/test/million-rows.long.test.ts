import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  ReportFormat,
  ReportStatus,
  ReportsService,
  ReportType,
} from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import {
  CrmOpportunityPipelinesService,
  CrmStageType,
} from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { AccountService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { clientFor, createGrpcPeers, type Routes, serveRpc, serverInterceptors } from '@drippulse/rpc';
import { freePort } from '@drippulse/servers';
import { createHarness, editor } from '@drippulse/service/harness';
import { eventually, takesAll } from '@drippulse/testing';
import { nodeFlagsOf, publicService, type ServiceName, servedBy } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { service } from '../src/service.ts';

const many = takesAll ? 1_000_000 : 250_000;
const pageRows = 1_000;
const name = servedBy(ReportsService);

/** Number of opportunities in the CRM. */
let rows = 10;
let folder: string;
let harness: Awaited<ReturnType<typeof createHarness>>;
let child: ReturnType<typeof spawn>;
let reports: ReturnType<typeof clientsOf>;
const servers: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  harness = await createHarness(service, { env: { ARTIFACTS_DIR: folder } });
  const port = await freePort();
  const peers = {
    ...(await serve(servedBy(AccountService), (router) =>
      router.service(AccountService, { getAccount: () => ({ account: { timezone: 'UTC' } }) }),
    )),
    ...(await serve(servedBy(CrmOpportunitiesService), crm)),
  };
  child = spawn(process.execPath, [...nodeFlagsOf(name), fileURLToPath(new URL('child.ts', import.meta.url))], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      TEST_CONFIG: JSON.stringify({ ...harness.config, grpcPort: port }),
      TEST_PEERS: JSON.stringify(peers),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  reports = clientsOf(port);
});
afterAll(async () => {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  for (const server of servers) await server.stop();
  await harness.stop();
  await rm(folder, { recursive: true, force: true });
});

async function serve(peer: ServiceName, routes: Routes): Promise<Partial<Record<ServiceName, string>>> {
  const interceptors = serverInterceptors({ tokens: harness.keys.tokensOf(peer), log: harness.log });
  const server = await serveRpc({ routes, interceptors, host: '127.0.0.1', port: 0, log: harness.log });
  servers.push(server);
  return { [peer]: `127.0.0.1:${server.port}` };
}

const crm: Routes = (router) => {
  router.service(CrmOpportunityPipelinesService, { listCrmOpportunityPipelines: () => ({ pipelines: [] }) });
  router.service(CrmOpportunitiesService, {
    listCrmOpportunities({ cursor }) {
      const start = Number(cursor ?? 0);
      const end = Math.min(start + pageRows, rows);
      const createdAt = timestampFromDate(new Date());
      return {
        opportunities: Array.from({ length: end - start }, (_, index) => ({
          publicId: `opp_${start + index}`,
          name: `Opportunity number ${start + index}`,
          amountCents: BigInt(start + index),
          currency: 'EUR',
          status: CrmStageType.OPEN,
          createdAt,
        })),
        totalCount: 10_000n,
        ...(end < rows && { nextCursor: String(end) }),
      };
    },
  });
};

function clientsOf(port: number) {
  const peers = createGrpcPeers({ [name]: `127.0.0.1:${port}` });
  servers.push({ stop: async () => peers.close() });
  return clientFor(ReportsService, { peers, target: name, tokens: harness.keys.tokensOf(publicService) })(editor);
}

/** Makes a report and reads its file. Returns the number of lines. */
async function makeAndRead(): Promise<number> {
  const asked = { type: ReportType.PIPELINE, format: ReportFormat.CSV };
  const { report } = await eventually(() => reports.generateReport(asked));
  const id = report?.id ?? 0n;
  await eventually(
    async () => {
      const { report: now } = await reports.getReport({ id });
      expect(now?.status).toBe(ReportStatus.READY);
    },
    { timeoutMs: 300_000 },
  );
  let lines = 0;
  for await (const { body } of reports.downloadReport({ id }, { timeoutMs: 300_000 })) {
    for (const byte of body?.data ?? []) if (byte === 10) lines += 1;
  }
  return lines;
}

/** Returns the peak resident memory of the process so far, in MB. */
async function peakMb(): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

test(`a report of ${many} rows is made and read in less than 150 MB beside what the service needs anyway`, async () => {
  expect(await makeAndRead()).toBe(rows + 1);
  const before = await peakMb();
  rows = many;
  expect(await makeAndRead()).toBe(many + 1);
  const after = await peakMb();
  process.stdout.write(`peak memory: ${Math.round(before)} MB before, ${Math.round(after)} MB after\n`);
  expect(after - before).toBeLessThan(150);
}, 600_000);
