import { createHash } from 'node:crypto';
import type { DescService } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Client } from '@connectrpc/connect';
import { connectDatabase, type Database } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService, CrmActivityKind } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmChangeEventsService } from '@drippulse/proto/drippulse/crm/v1/change_events_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadStatus, CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmDuplicateKind, CrmMergesService } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { bareBase } from '@drippulse/service/harness';
import { createTestDatabase, measureStatements, type TestDatabase } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createCaptcha } from '../src/captcha.ts';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import { makeDecoy } from '../src/inbound-secrets/secrets.ts';
import { createMembers } from '../src/members.ts';
import { createServiceMetrics } from '../src/metrics.ts';
import { routesOf } from '../src/rpc/index.ts';
import { service } from '../src/service.ts';
import { fillRecords } from './fill-records.ts';
import { editor } from './harness.ts';

/** Number of records of each of the five types: 200,000 in total. */
const rowsOfEach = 40_000;

let database: TestDatabase;
let db: Database<DB>;
let measure: ReturnType<typeof measureStatements>;
let reach: <S extends DescService>(service: S) => Client<S>;

beforeAll(async () => {
  database = await createTestDatabase({ name: 'crm_plans', prepare: async (url) => void (await service.migrate(url)) });
  const log = createLogger({ level: 'fatal' });
  db = connectDatabase<DB>({ url: database.url, schema: 'crm', service: 'test', log, max: 2 });
  measure = measureStatements(db.pool);
  reach = clientsOf(db);
  await fillRecords(db.kysely, rowsOfEach);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const account = uuidOf('accounts', 106);
const contact = uuidOf('contacts', 106);
/** The filled records go back eleven hours, with one record every second. */
const longAgo = {
  createdSince: timestampFromMs(Date.now() - 30_000_000),
  createdUntil: timestampFromMs(Date.now() - 29_700_000),
};
/** Requests that every list accepts. */
const common = {
  all: {},
  'a numbered page': { page: 50, perPage: 100 },
  'the oldest': { sort: 'created_at' },
  'the last changed': { sort: '-updated_at' },
  'what changed lately': { updatedSince: timestampFromMs(Date.now() - 600_000) },
  'those of a time long ago': longAgo,
  'those of a time long ago, by another order': { ...longAgo, sort: 'updated_at' },
  'some by UUIDs': { ids: [uuidOf('contacts', 16), uuidOf('leads', 16), uuidOf('accounts', 16)] },
  'some by public ids': { ids: ['acct_16', 'cnt_16', 'lead_16', 'opp_16', 'act_16', 'cnt_0'] },
  'some by ids of both kinds': { ids: [uuidOf('contacts', 16), 'acct_17', 'cnt_17', 'lead_17', 'opp_17', 'act_17'] },
  'those of a user who has few': { ownerId: 7n },
  'those of another system': { externalSystem: 'their-crm' },
  'those of a system that has few': { externalSystem: 'rare-system' },
  'one of a system': { externalSystem: 'their-crm', externalId: 'x16' },
  'one by its id elsewhere': { externalId: 'x4006' },
  'a text that few have': { q: '1999' },
  'a text that all have': { q: 'example' },
  'a text that nobody has': { q: 'zebra' },
  'words of which all have one and none has both': { q: 'example zebra' },
  'words that all have, and none one after the other': { q: 'example com' },
  'a beginning': { q: 'c1' },
};

/** Returns searches by the public ids of a collection and by a phrase that all its records have. */
const searchesOf = (prefix: string, name: string) => ({
  'one by its public id': { q: `${prefix}_1006` },
  'those whose public ids begin alike': { q: `${prefix}_1` },
  'all by their public ids': { q: `${prefix}_` },
  'a phrase that all have': { q: `${name} ` },
  'a phrase that few have': { q: `${name} 1006` },
});

/** Searches for words of first and last names. */
const namesSearched = {
  'words that all names have': { q: 'person given' },
  'words that all names have and some have one after the other': { q: 'person 7' },
  'words that few names have': { q: '1999 given' },
  'words of which all names have one and none has both': { q: 'person zebra' },
};

type Page = { totalCount: bigint; nextCursor?: string };
type List = [name: string, list: () => (request: object) => Promise<Page>, requests: Record<string, object>];
const lists: List[] = [
  [
    'accounts',
    () => (r) => reach(CrmAccountsService).listCrmAccounts(r),
    {
      ...common,
      ...searchesOf('acct', 'company'),
      'those of a domain': { domain: 'C6.example.com' },
      'by name': { sort: 'name' },
    },
  ],
  [
    'contacts',
    () => (r) => reach(CrmContactsService).listCrmContacts(r),
    {
      ...common,
      ...searchesOf('cnt', 'person'),
      ...namesSearched,
      'those of an address': { email: 'P6@example.com' },
      'those of an account': { accountId: account },
      'by email': { sort: '-email' },
      'by last name': { sort: 'last_name' },
    },
  ],
  [
    'leads',
    () => (r) => reach(CrmLeadsService).listCrmLeads(r),
    {
      ...common,
      ...searchesOf('lead', 'person'),
      ...namesSearched,
      'converted ones, which are few': { status: CrmLeadStatus.CONVERTED },
      'new ones': { status: CrmLeadStatus.NEW },
      'those from a source that brought few': { source: 'fair' },
      'those of an address': { email: 'L6@example.com' },
      'by score': { sort: '-score' },
      'by email': { sort: 'email' },
    },
  ],
  [
    'opportunities',
    () => (r) => reach(CrmOpportunitiesService).listCrmOpportunities(r),
    {
      ...common,
      ...searchesOf('opp', 'deal'),
      'those of a pipeline': { pipelineId: uuidOf('pipelines', 2) },
      'those of a stage': { pipelineStageId: uuidOf('stages', 2) },
      'those of an account': { accountId: account },
      'those of a contact': { contactId: contact },
      'by amount': { sort: '-amount_cents' },
      'by place': { sort: 'stage_position', pipelineStageId: uuidOf('stages', 2) },
    },
  ],
  [
    'activities',
    () => (r) => reach(CrmActivitiesService).listCrmActivities(r),
    {
      ...common,
      ...searchesOf('act', 'call'),
      'meetings, which are few': { kind: CrmActivityKind.MEETING },
      'done ones, which are few': { completed: true },
      'open ones': { completed: false },
      'those of an account': { accountId: account },
      'those of a lead': { leadId: uuidOf('leads', 106) },
      'by due date': { sort: 'due_at' },
    },
  ],
  [
    'changes',
    () => (r) => reach(CrmChangeEventsService).listCrmChangeEvents(r),
    {
      all: {},
      'a numbered page': { page: 50, perPage: 100 },
      'those of a time long ago': longAgo,
      'some by ids': { ids: [6n, 7n, 8n, 16n, 17n, 18n] },
      'those of a type that changed little': { recordType: 'account' },
      'those of a record': { recordId: uuidOf('leads', 106) },
    },
  ],
];

test.each(
  lists.flatMap(([name, list, requests]) =>
    Object.entries(requests).map(([what, request]) => [name, what, list, request] as const),
  ),
)('a page of %s, %s, reads what it returns, and its count what it counts', async (_name, _what, list, request) => {
  const first = await measure(() => list()({ limit: 50, ...request }));
  const { totalCount, nextCursor } = first.result;
  const next =
    nextCursor === undefined
      ? undefined
      : await measure(() => list()({ ...request, limit: 50, cursor: nextCursor, page: undefined, perPage: undefined }));
  const passed = 'page' in request ? 5_000 : Math.min(51, Number(totalCount));
  const costs = [...first.costs, ...(next?.costs ?? [])];
  // A page with all rows needs no separate count.
  expect(costs.length).toBeGreaterThanOrEqual(next === undefined && !('page' in request) ? 1 : 2);
  for (const { sql: text, buffers } of costs) {
    const rows = /count\(/.test(text) ? Number(totalCount) : passed;
    if (buffers > 20 * rows + 100) throw new Error(`${buffers} buffers for ${rows} rows: ${text}`);
  }
});

test.each<[string, { q: string; ownerId?: bigint; externalSystem?: string }]>([
  ['all have', { q: 'example' }],
  ['many have, and too few to be found among those read', { q: 'cnt_1' }],
  ['few of the newest have, and many others', { q: 'p3' }],
  ['none of the newest has', { q: '999' }],
  ['all names have', { q: 'person given' }],
  ['some names have one after the other, and others apart', { q: 'person 777' }],
  ['all names have, with a filter that few meet', { q: 'person given', ownerId: 7n }],
  ['all names have, with a filter that many meet', { q: 'person given', externalSystem: 'their-crm' }],
])('of a text that %s, as many are counted as there are', async (_what, request) => {
  const { q, ownerId = null, externalSystem = null } = request;
  const pattern = q.length < 3 ? `${q}%` : `%${q}%`;
  const id = q.startsWith('cnt_') ? `${q.replace('_', '\\_')}%` : null;
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from contacts
    where organization_id = 2
      and (public_id ilike ${id}
        or exists (select from unnest(array[email, first_name, last_name, phone]) as value where value ilike ${pattern})
        or (select count(*) > 1 and bool_and(concat(first_name, '|', last_name) ilike '%' || word || '%')
          from unnest(${q.split(' ')}::text[]) as word))
      and owner_id is not distinct from coalesce(${ownerId}, owner_id)
      and external_system is not distinct from coalesce(${externalSystem}, external_system)`.execute(db.kysely);
  const there = rows[0]?.count ?? 0;
  expect(there).toBeGreaterThan(1);
  const page = await reach(CrmContactsService).listCrmContacts({ ...request, limit: 1 });
  expect(page.totalCount).toBe(BigInt(Math.min(there, 10_000)));
  expect(page.totalCountIsMinimum).toBe(there > 10_000 ? true : undefined);
});

test('duplicates are found in the index alone, and those of one record without the others', async () => {
  const contacts = reach(CrmContactsService);
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from contacts where organization_id = 2 and phone is not null`.execute(db.kysely);
  const records = rows[0]?.count ?? 0;
  expect(records).toBeGreaterThan(10_000);
  for (const kind of [CrmDuplicateKind.EMAIL, CrmDuplicateKind.PHONE]) {
    const { result, costs } = await measure(() => contacts.listCrmContactDuplicates({ kind }));
    expect(result.duplicates).toHaveLength(1);
    // The index has a few hundred entries per page, and twenty records are shown.
    for (const { buffers } of costs) expect(buffers).toBeLessThan(records / 20 + 20 * 20);
  }
  const one = await measure(() => contacts.listCrmContactDuplicates({ contactId: uuidOf('contacts', 16) }));
  expect(one.result.duplicates).toHaveLength(2);
  for (const { sql: text, buffers } of one.costs) {
    if (buffers > 20 * 20 + 100) throw new Error(`${buffers} buffers: ${text}`);
  }
});

test('the merges of a record are found without the others', async () => {
  const { result, costs } = await measure(() =>
    reach(CrmMergesService).listCrmMerges({ recordId: uuidOf('contacts', 26) }),
  );
  expect(result.merges).toHaveLength(1);
  for (const { sql: text, buffers } of costs) {
    if (buffers > 100) throw new Error(`${buffers} buffers: ${text}`);
  }
});

function uuidOf(table: string, n: number): string {
  return createHash('md5')
    .update(`${table}${n}`)
    .digest('hex')
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/** Returns clients of the operations without the service's loops, whose statements would be measured too. */
function clientsOf(database: Database<DB>): <S extends DescService>(rpc: S) => Client<S> {
  const base = bareBase(service, database);
  const ctx: Context = {
    ...base,
    metrics: createServiceMetrics(base.registry),
    captcha: createCaptcha(base.config),
    members: createMembers(base.client(IdentityService)),
    decoy: makeDecoy(base.sealer),
    clients: {
      account: base.client(AccountService),
      workflows: base.client(WorkflowsService),
      enrollments: base.client(EnrollmentsService),
      chains: base.client(ChainsService),
    },
    wake: { enrollSubmissions: () => undefined, imports: () => undefined },
  };
  base.serve(routesOf(ctx));
  const secondOrganization = { ...editor, organizationId: 2n };
  return (rpc) => base.clientsFrom(serviceOf('identity'), rpc)(secondOrganization);
}
