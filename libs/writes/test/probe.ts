import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client, HandlerContext } from '@connectrpc/connect';
import { connectDatabase, createSealer, type Database, databaseInterceptor, migrate, type Sealer } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import {
  type EchoRequest,
  type EchoResponseSchema,
  ProbeService,
} from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import {
  type Caller,
  clientFor,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serverInterceptors,
} from '@drippulse/rpc';
import { createTestDatabase } from '@drippulse/testing';
import { type Generated, sql } from 'kysely';
import { addRevision, compareRevisions, createIdempotencyTable, lockRevision } from '../src/index.ts';

/** The table of the probe: one row for each effect that was committed. */
export type ProbeTables = {
  notes: { id: Generated<bigint>; text: string };
  /** A row with a revision, for `If-Match`. */
  things: {
    id: bigint;
    organization_id: bigint;
    name: string;
    settings: string;
    seen_at: Date | null;
    revision: Generated<bigint>;
  };
};

type Echo = (
  context: { db: Database<ProbeTables>; sealer: Sealer },
  request: EchoRequest,
  call: HandlerContext,
) => Promise<MessageInitShape<typeof EchoResponseSchema>>;

/** A service with one method, its database, and clients of any caller. */
export type Probe = {
  db: Database<ProbeTables>;
  /** Replaces the behavior of `echo`. */
  handle(echo: Echo): void;
  client(caller?: Partial<Caller>): Client<typeof ProbeService>;
  notes(): Promise<string[]>;
  stored(): Promise<number>;
  stop(): Promise<void>;
};

const migrations = {
  '2026-11-25-0900-notes': {
    async up(db: Parameters<typeof createIdempotencyTable>[0]) {
      await createIdempotencyTable(db);
      await sql`create table notes (id bigint generated always as identity primary key, text text not null)`.execute(
        db,
      );
      await sql`
        create table things (
          id bigint primary key, organization_id bigint not null, name text not null, settings json not null,
          seen_at timestamptz
        )`.execute(db);
      await addRevision(db, 'things', { apart: ['seen_at'] });
    },
  },
};

const editor: Caller = { organizationId: 7n, actor: { type: 'user', id: '1' }, role: 'editor', mode: 'live' };

export async function startProbe(): Promise<Probe> {
  const database = await createTestDatabase({
    template: 'db_probe',
    prepare: async (url) => void (await migrate({ url, schema: 'probe', migrations })),
  });
  const log = createLogger({ service: 'probe', level: 'silent' });
  const db = connectDatabase<ProbeTables>({ url: database.url, schema: 'probe', service: 'probe', log, max: 5 });
  const sealer = createSealer(Buffer.alloc(32, 1).toString('base64'));
  const keys = generateInternalTokenKeys(['gateway', 'workflows']);
  const served = createTokens({ service: 'workflows', keys: parseInternalTokenKeys(keys.workflows) });
  const tokens = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(keys.gateway) });
  const peers = createInMemoryPeers();
  let echo: Echo = async (_context, request) => ({ id: request.id, name: request.name ?? '' });
  peers.register(
    'workflows',
    (router) => router.service(ProbeService, { echo: (request, call) => echo({ db, sealer }, request, call) }),
    [
      ...serverInterceptors({ tokens: served, log }),
      databaseInterceptor,
      compareRevisions<ProbeTables>({ echo: lockRevision('things') }),
    ],
  );
  const clients = clientFor(ProbeService, { peers, target: 'workflows', tokens });
  return {
    db,
    handle(next) {
      echo = next;
    },
    client: (caller = {}) => clients({ ...editor, ...caller }),
    async notes() {
      const rows = await db.kysely.selectFrom('notes').select('text').orderBy('id').execute();
      return rows.map((row) => row.text);
    },
    async stored() {
      const { rows } = await sql<{ count: bigint }>`select count(*) as count from idempotency_keys`.execute(db.kysely);
      return Number(rows[0]?.count);
    },
    async stop() {
      peers.close();
      await db.close();
      await database.drop();
    },
  };
}

/** Makes a promise, and the functions that settle it. */
export function gate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
