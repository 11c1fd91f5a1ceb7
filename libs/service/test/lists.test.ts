import type { ServiceImpl } from '@connectrpc/connect';
import { connectDatabase, type Database, databaseInterceptor } from '@drippulse/db';
import { createShares } from '@drippulse/loops';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import {
  type Caller,
  clientFor,
  createGrpcPeers,
  createInMemoryPeers,
  fromConnectError,
  listSizeMetadata,
  listSizeOf,
  type Routes,
  serveRpc,
  serverInterceptors,
} from '@drippulse/rpc';
import { createTestDatabase, eventually, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor } from '../src/harness/index.ts';
import { createTestKeys } from '../src/harness/keys.ts';
import { testLogger } from '../src/harness/test-logger.ts';
import { boundLists } from '../src/lists.ts';

const layouts = ['in memory', 'over gRPC'] as const;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ name: 'lists' });
});
afterAll(() => database.drop());

type ListEnrollments = NonNullable<Partial<ServiceImpl<typeof EnrollmentsService>>['listEnrollments']>;

/** Starts a service. Its list has rows of 60 KB, and their number is the id of the workflow in the request. */
async function start(
  layout: (typeof layouts)[number],
  change: (list: ListEnrollments) => ListEnrollments = (list) => list,
) {
  const opened = new AsyncDisposableStack();
  const log = testLogger();
  const db: Database<object> = connectDatabase({ url: database.url, schema: 'public', service: 'lists', log, max: 3 });
  opened.defer(() => db.close());
  const keys = createTestKeys();
  const shares = () => createShares({ of: 'large lists', ofEach: 1, ofAll: 3, waitMs: 60_000 });
  const places = { medium: shares(), large: shares() };
  const interceptors = [
    ...serverInterceptors({ tokens: keys.tokensOf('enrollment-runtime'), log }),
    boundLists(places),
    databaseInterceptor,
  ];
  const list: ListEnrollments = async ({ workflowId }) => {
    const { rows } = await sql<{ text: string }>`
      select repeat('x', 60000) as text from generate_series(1, ${workflowId})`.execute(db.kysely);
    return { enrollments: rows.map(({ text }, index) => ({ id: BigInt(index + 1), leadRef: text })) };
  };
  const routes: Routes = (router) => void router.service(EnrollmentsService, { listEnrollments: change(list) });
  const server =
    layout === 'in memory' ? undefined : await serveRpc({ routes, interceptors, host: '127.0.0.1', port: 0, log });
  if (server !== undefined) opened.defer(() => server.stop(0));
  const peers =
    server === undefined
      ? createInMemoryPeers()
      : createGrpcPeers({ 'enrollment-runtime': `127.0.0.1:${server.port}` });
  opened.defer(() => peers.close());
  peers.register('enrollment-runtime', routes, interceptors);
  const clients = clientFor(EnrollmentsService, {
    peers,
    target: 'enrollment-runtime',
    tokens: keys.tokensOf('gateway'),
  });
  return {
    db,
    used: () => places.medium.used() + places.large.used(),
    /** Requests a list of `rows` rows. Returns their number, or the reason for a refusal. */
    async ask(rows: number, size: string, options: { signal?: AbortSignal; organizationId?: bigint } = {}) {
      const { signal, organizationId = editor.organizationId } = options;
      const caller: Caller = { ...editor, organizationId };
      const call = { headers: { [listSizeMetadata]: size }, ...(signal && { signal }) };
      return clients(caller)
        .listEnrollments({ workflowId: BigInt(rows) }, call)
        .then(
          ({ enrollments }) => enrollments.length,
          (error: unknown) => fromConnectError(error).reason,
        );
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

type Service = Awaited<ReturnType<typeof start>>;

/** Makes a list that counts concurrent large lists, and waits until it is released. */
function held() {
  const counts = { running: 0, most: 0, made: 0 };
  const waiting: (() => void)[] = [];
  const change =
    (list: ListEnrollments): ListEnrollments =>
    async (request, call) => {
      if (listSizeOf(call) !== 'large') return list(request, call);
      counts.running += 1;
      counts.most = Math.max(counts.most, counts.running);
      const answer = await list(request, call);
      await new Promise<void>((resolve) => waiting.push(resolve));
      counts.running -= 1;
      counts.made += 1;
      return answer;
    };
  return { counts, change, letGo: () => waiting.shift()?.(), ready: () => waiting.length };
}

const expectAllFree = ({ db: { pool } }: Service) =>
  expect({ waiting: pool.waitingCount, busy: pool.totalCount - pool.idleCount }).toEqual({ waiting: 0, busy: 0 });

test.each(layouts)(
  '%s: a list that is no small one is refused whatever it was before, and answered with a place',
  async (layout) => {
    await using service = await start(layout);
    expect(await service.ask(1, 'small')).toBe(1);
    const asked = Array.from({ length: 16 }, () => service.ask(300, 'small'));
    expect(await Promise.all(asked)).toEqual(asked.map(() => 'large_list'));
    // 18 MB.
    expect(await service.ask(300, 'medium')).toBe('large_list');
    expect(await service.ask(300, 'large')).toBe(300);
    expect(await service.ask(60, 'medium')).toBe(60);
    expect(await service.ask(4, 'small')).toBe(4);
    // Calls that services make for themselves have no bound.
    expect(await service.ask(300, '')).toBe(300);
    await eventually(() => expectAllFree(service));
  },
);

test.each(layouts)(
  '%s: of sixteen large lists one is made at a time, the others wait without a connection',
  async (layout) => {
    const { counts, change, letGo, ready } = held();
    await using service = await start(layout, change);
    const large = Array.from({ length: 16 }, () => service.ask(10, 'large'));
    for (let made = 0; made < 16; made += 1) {
      await eventually(() => expect([counts.made, ready()]).toEqual([made, 1]));
      expectAllFree(service);
      expect(await service.ask(2, 'small')).toBe(2);
      expect(counts.running).toBe(1);
      letGo();
    }
    expect(await Promise.all(large)).toEqual(large.map(() => 10));
    expect(counts).toEqual({ running: 0, most: 1, made: 16 });
    await eventually(() => expect(service.used()).toBe(0));
  },
);

test.each(layouts)('%s: a caller that leaves while its list waits for a place is never served', async (layout) => {
  const { counts, change, letGo, ready } = held();
  await using service = await start(layout, change);
  const first = service.ask(300, 'large');
  await eventually(() => expect(ready()).toBe(1));
  const leaving = new AbortController();
  const left = Array.from({ length: 5 }, () => service.ask(300, 'large', { signal: leaving.signal }));
  expect(await service.ask(2, 'small')).toBe(2);
  leaving.abort();
  expect(await Promise.all(left)).toEqual(left.map(() => 'cancelled'));
  // When this response arrives, the earlier calls have also ended in the service.
  expect(await service.ask(2, 'small')).toBe(2);
  letGo();
  expect(await first).toBe(300);
  await eventually(() => expect(service.used()).toBe(0));
  expect(counts).toEqual({ running: 0, most: 1, made: 1 });
});

test.each(layouts.flatMap((layout) => ['small', 'medium', 'large'].map((size) => ({ layout, size }))))(
  '$layout: when the callers of $size lists leave, PostgreSQL works on none of them, and all connections are free',
  async ({ layout, size }) => {
    const ends: string[] = [];
    await using service: Service = await start(layout, () => async (_request, { signal }) => {
      const sleeping = sql`select pg_sleep(60), 'of a list'`.execute(service.db.kysely);
      await sleeping.catch((error) => ends.push(error === signal.reason ? 'by the caller' : String(error)));
      return {};
    });
    const running = async () => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from pg_stat_activity
        where application_name = 'lists' and state = 'active' and query like '%of a list%'
          and pid <> pg_backend_pid()`.execute(watcher.kysely);
      return rows[0]?.count;
    };
    await using watcher = watch();
    const leaving = new AbortController();
    const asked = [1n, 2n, 3n].map((organizationId) =>
      service.ask(1, size, { signal: leaving.signal, organizationId }),
    );
    await eventually(async () => expect(await running()).toBe(3));
    leaving.abort();
    expect(await Promise.all(asked)).toEqual(asked.map(() => 'cancelled'));
    await eventually(() => expect([ends, service.used()]).toEqual([asked.map(() => 'by the caller'), 0]));
    await eventually(async () => expect(await running()).toBe(0));
    await eventually(() => expectAllFree(service));
  },
);

function watch() {
  const db = connectDatabase<object>({
    url: database.url,
    schema: 'public',
    service: 'watcher',
    log: testLogger(),
    max: 1,
  });
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.close() });
}

test('a large list keeps its place until its answer is encoded', async () => {
  let turnsWithPlace = 0;
  await using service: Service = await start('over gRPC', (list) => async (request, call) => {
    const answer = await list(request, call);
    const look = () => {
      if (service.used() === 0) return;
      turnsWithPlace += 1;
      setImmediate(look);
    };
    setImmediate(look);
    return answer;
  });
  expect(await service.ask(300, 'large')).toBe(300);
  await eventually(() => expect(service.used()).toBe(0));
  // The list has 18 MB, of which 256 KiB are encoded in each turn.
  expect(turnsWithPlace).toBeGreaterThan(30);
});
