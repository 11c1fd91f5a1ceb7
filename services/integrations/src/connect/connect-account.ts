import { databaseNow } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { Account, Provider } from '@drippulse/providers';
import { appendAudit } from '@drippulse/service';
import { sql, type Transaction } from 'kysely';
import { testCredentials } from '../checks/test-credentials.ts';
import { triedColumns } from '../checks/tried-columns.ts';
import type { Tried } from '../checks/try-credentials.ts';
import { withTokens } from '../connections/credential-columns.ts';
import { nextConnectionId } from '../connections/next-id.ts';
import { wordsOf } from '../connections/problems.ts';
import { foreignHostsOf } from '../connections/read-credentials.ts';
import { requireRoom } from '../connections/require-room.ts';
import { type ConnectionRow, findConnectionByKey } from '../connections/rows.ts';
import { scopeFindings } from '../connections/scopes.ts';
import { recoverIn } from '../connections/transitions.ts';
import { openConnection, providerOf } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { askTokens } from '../oauth/ask-tokens.ts';
import { type Authorization, openSecrets } from './authorizations.ts';
import { redirectUrl } from './consent-url.ts';

export type Connected = { id: bigint; missing: string[] } | { problem: string; status: number };

/**
 * Turns an authorization code into a connection: gets the tokens, finds the account that they belong to, and stores
 * them in the row of the connection's key. A reconnected account keeps its row. If the account differs from the stored
 * one, the code is refused.
 */
export async function connectAccount(ctx: Context, row: Authorization, code: string): Promise<Connected> {
  const provider = providerOf(row);
  const { verifier, fields } = openSecrets(ctx.sealer, row);
  const asked = await askTokens(
    ctx,
    { provider, credentials: fields },
    {
      type: 'authorization_code',
      code,
      redirectUri: redirectUrl(ctx.config.publicUrl),
      verifier: provider.oauth?.usesPkce ? verifier : undefined,
    },
  );
  if ('verdict' in asked) {
    return { problem: `${provider.name} gave no tokens: ${wordsOf(asked.verdict.problem)}`, status: 400 };
  }
  const { tokens } = asked;
  const credentials = withTokens(fields, tokens);
  const [foreign] = foreignHostsOf(provider, credentials);
  if (foreign !== undefined) return { problem: `${provider.name} named an address that is not its own.`, status: 400 };
  const tested = await testCredentials(ctx, { provider, credentials });
  const tried: Tried = {
    credentials,
    tokens,
    ...('findings' in tested ? { findings: tested.findings } : { doubt: tested.verdict }),
  };
  const account = tried.findings?.account ?? tokens.account ?? null;
  const consented = { provider, tried, account, former: await formerAccount(ctx, row, provider) };
  try {
    const stored = await ctx.db.kysely.transaction().execute((trx) => storeAudited(ctx, trx, row, consented));
    if (stored === undefined) return { problem: mismatchOf(consented), status: 409 };
    return { id: stored.id, missing: scopeFindings(provider, stored.granted_scopes)?.missing ?? [] };
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return { problem: error.message, status: 422 };
    throw error;
  }
}

/**
 * A finished consent. `former` is the account to which the stored credentials belong, as the provider reports it. It is
 * null if it was not looked up, because the row already names the account, or if it could not be found.
 */
type Consented = { provider: Provider; tried: Tried; account: Account | null; former: Account | null };

/**
 * Finds the account of a stored connection if the row lacks it, because the provider was unavailable when the
 * connection was created.
 */
async function formerAccount(ctx: Context, row: Authorization, provider: Provider): Promise<Account | null> {
  const before = await findConnectionByKey(ctx.db.kysely, row.organization_id, {
    provider: provider.key,
    externalKey: row.external_key,
  });
  if (before === undefined || before.account_id !== null) return null;
  const opened = openConnection(ctx, before);
  if ('unusable' in opened) return null;
  const tested = await testCredentials(ctx, { provider, credentials: opened.connection.credentials });
  return 'findings' in tested ? tested.findings.account : null;
}

function mismatchOf({ provider, account }: Consented): string {
  if (account === null)
    return `account_mismatch: ${provider.name} does not say whose account it is now, so that it cannot be compared with that of the connection. Nothing was stored. Begin again in some minutes.`;
  return `account_mismatch: ${account.name ?? account.id} is another account than that of the connection. Sign in to ${provider.name} as the former one, or make a connection with another key.`;
}

/** Stores the connection with its audit entry. Returns undefined if the account differs from the stored one. */
async function storeAudited(
  ctx: Context,
  trx: Transaction<DB>,
  row: Authorization,
  consented: Consented,
): Promise<ConnectionRow | undefined> {
  const stored = await storeConnection(ctx, trx, row, consented);
  if (stored === undefined) return undefined;
  await appendAudit(trx, {
    organizationId: row.organization_id,
    name: 'integration_connection.connected',
    resourceId: String(stored.id),
    actor: { type: row.actor_type, id: row.actor_id },
    before: undefined,
    after: { provider: stored.provider, external_key: stored.external_key, account: stored.account_name },
  });
  return stored;
}

/** Inserts or replaces the connection. Returns undefined if the account differs from the stored one. */
async function storeConnection(
  ctx: Context,
  trx: Transaction<DB>,
  row: Authorization,
  { provider, tried, account, former }: Consented,
): Promise<ConnectionRow | undefined> {
  const { organization_id: organizationId, external_key: externalKey } = row;
  // Serializes concurrent consents for the same key.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${provider.key} ${externalKey}`}, ${organizationId}))`.execute(
    trx,
  );
  const before = await trx
    .selectFrom('connections')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('provider', '=', provider.key)
    .where('external_key', '=', externalKey)
    .forUpdate()
    .executeTakeFirst();
  const known = before?.account_id ?? former?.id;
  if (before !== undefined && known !== undefined && known !== account?.id) return undefined;
  if (before === undefined) await requireRoom(trx, organizationId);
  const id = before?.id ?? (await nextConnectionId(trx));
  const columns = triedColumns(
    ctx.sealer,
    { organizationId, id },
    { provider, tried, now: await databaseNow<DB>(trx) },
  );
  const connectedBy = row.actor_type === 'user' ? BigInt(row.actor_id) : null;
  if (before === undefined) return insert(ctx, trx, row, { ...columns, id, connected_by: connectedBy });
  await trx
    .updateTable('connections')
    .set({
      ...columns,
      version: before.version + 1n,
      lease_owner: null,
      lease_until: null,
      refresh_started_at: null,
      refresh_failures: 0,
      refresh_not_before: null,
      announced_end: null,
      connected_by: connectedBy,
      updated_at: ctx.clock.now(),
    })
    .where('id', '=', id)
    .execute();
  await recoverIn(trx, { id, organizationId, statusReason: before.status_reason });
  return trx.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

function insert(
  ctx: Context,
  trx: Transaction<DB>,
  row: Authorization,
  columns: ReturnType<typeof triedColumns> & { id: bigint; connected_by: bigint | null },
): Promise<ConnectionRow> {
  const now = ctx.clock.now();
  return trx
    .insertInto('connections')
    .values({
      ...columns,
      organization_id: row.organization_id,
      provider: row.provider,
      external_key: row.external_key,
      status: 'active',
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}
