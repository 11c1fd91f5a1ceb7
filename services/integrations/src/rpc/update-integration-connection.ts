import { setTimeout as sleep } from 'node:timers/promises';
import type { HandlerContext } from '@connectrpc/connect';
import { CallFirst, databaseNow } from '@drippulse/db';
import { refuseViolations } from '@drippulse/errors';
import {
  IntegrationConnectionStatus,
  IntegrationConnectionsService,
  type UpdateIntegrationConnectionRequest,
} from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import type { Credentials } from '@drippulse/providers';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import { triedColumns } from '../checks/tried-columns.ts';
import { type Tried, tryCredentials } from '../checks/try-credentials.ts';
import { openCredentials } from '../connections/credentials.ts';
import { readNote } from '../connections/fields.ts';
import { changeCredentials, checkCredentials, readCredentials } from '../connections/read-credentials.ts';
import { type ConnectionRow, findConnection, lockConnection } from '../connections/rows.ts';
import { connectionToProto } from '../connections/to-proto.ts';
import { recoverIn } from '../connections/transitions.ts';
import { providerOf } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

const { updateIntegrationConnection: method } = IntegrationConnectionsService.method;

/** The findings of a test that ran outside the transaction, and the version of the tested credentials. */
type TriedOf = { version: bigint; tried: Tried };

export async function updateIntegrationConnection(
  ctx: Context,
  request: UpdateIntegrationConnectionRequest,
  call: HandlerContext,
) {
  const present = new Set(request.updateMask?.paths);
  const status = readStatus(request, present);
  let known: TriedOf | undefined;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const before = await lockConnection(trx, organizationId, request.id);
    await requireNoRefresh(ctx, before);
    const changed = changeOf(ctx, before, present.has('credentials') ? request.credentials : undefined);
    const isEnabling = status === 'active' && before.status !== 'active';
    const credentials = changed ?? (isEnabling ? openStored(ctx, before) : undefined);
    const isNew = isEnabling || (changed !== undefined && !hasSameTokens(ctx, before, changed));
    if (credentials !== undefined && isNew && request.test !== false && known?.version !== before.version) {
      throw new CallFirst(async () => {
        const tried = await tryCredentials(ctx, { provider: providerOf(before), credentials });
        known = { version: before.version, tried };
      });
    }
    // If the credentials have changed since the test, its findings are outdated, and are ignored.
    const tried = known?.version === before.version ? known.tried : changed && { credentials: changed };
    if (tried !== undefined) await storeTried(ctx, trx, before, tried);
    await storeFields(ctx, trx, before, { present, note: request.note, status });
    const isMended = changed !== undefined && before.status_reason === 'reconnect_required' && status === undefined;
    if (isEnabling || isMended) {
      await recoverIn(trx, { id: before.id, organizationId, statusReason: before.status_reason });
    }
    const row = await findConnection(trx, organizationId, request.id);
    return { integrationConnection: connectionToProto(row, { now: ctx.clock.now() }) };
  });
  ctx.wake.news();
  return response;
}

function readStatus(
  { status }: UpdateIntegrationConnectionRequest,
  present: ReadonlySet<string>,
): 'active' | 'disabled' | undefined {
  if (!present.has('status')) return undefined;
  if (status === IntegrationConnectionStatus.ACTIVE) return 'active';
  if (status === IntegrationConnectionStatus.DISABLED) return 'disabled';
  refuseViolations([
    { field: 'status', message: 'must be active or disabled', code: 'enum', allowed: ['active', 'disabled'] },
  ]);
  return undefined;
}

/**
 * Refuses to write credentials during a refresh. The refresh may replace the refresh token, and this request would
 * overwrite the new token with the old, invalid token.
 */
async function requireNoRefresh(ctx: Context, { lease_until: until }: ConnectionRow): Promise<void> {
  if (until === null || until <= ctx.clock.now()) return;
  throw new CallFirst(async () => {
    await sleep(Math.min(5_000, Math.max(200, until.getTime() - ctx.clock.now().getTime()) / 5));
  });
}

/** Returns the credentials after the change; undefined if nothing changes. */
function changeOf(ctx: Context, before: ConnectionRow, bytes: Uint8Array | undefined): Credentials | undefined {
  if (bytes === undefined) return undefined;
  const provider = providerOf(before);
  const changes = readCredentials(provider, bytes);
  if (Object.keys(changes).length === 0) return undefined;
  const credentials = changeCredentials(openStored(ctx, before), changes);
  checkCredentials(provider, credentials);
  return credentials;
}

/**
 * Whether the change keeps the tokens of a consent. Credentials with the same tokens are not tested, because their
 * access token may have expired, and only the owner of the lease may refresh it.
 */
function hasSameTokens(ctx: Context, before: ConnectionRow, changed: Credentials): boolean {
  const { oauth, credentials } = providerOf(before);
  if (oauth === undefined || before.status !== 'active') return false;
  const stored = openStored(ctx, before);
  return credentials.every(
    ({ name, isSecret }) => !isSecret || name === 'client_secret' || stored[name] === changed[name],
  );
}

function openStored({ sealer, log }: Context, row: ConnectionRow): Credentials {
  try {
    return openCredentials(sealer, { organizationId: row.organization_id, id: row.id }, row);
  } catch (error) {
    log.error({ err: error, connection: String(row.id) }, 'the credentials of a connection do not open');
    // Nobody can open these credentials, so a complete new set must replace them.
    return {};
  }
}

async function storeTried(ctx: Context, trx: Transaction<DB>, before: ConnectionRow, tried: Tried): Promise<void> {
  const provider = providerOf(before);
  const { id, organization_id: organizationId } = before;
  const columns = triedColumns(
    ctx.sealer,
    { organizationId, id },
    { provider, tried, now: await databaseNow<DB>(trx) },
  );
  // Keeps the stored account and scopes if the test did not find them. If the access token stays the same, keeps the
  // times at which the tokens end, too.
  const { account_id, account_name, granted_scopes, ends_at, ...rest } = columns;
  const { token_expires_at, refresh_expires_at, refreshed_at, ...others } = rest;
  const isSameToken =
    tried.tokens === undefined && tried.credentials['access_token'] === openStored(ctx, before)['access_token'];
  await trx
    .updateTable('connections')
    .set({
      ...others,
      ...(!isSameToken && { token_expires_at, refresh_expires_at, refreshed_at }),
      ends_at: isSameToken ? (ends_at ?? before.ends_at) : ends_at,
      ...(account_id !== null && { account_id, account_name }),
      ...(granted_scopes !== null && { granted_scopes }),
      version: before.version + 1n,
      refresh_failures: 0,
      refresh_not_before: null,
      refresh_started_at: null,
    })
    .where('id', '=', id)
    .execute();
}

/** Stores the fields that a person can change. */
async function storeFields(
  ctx: Context,
  trx: Transaction<DB>,
  before: ConnectionRow,
  o: { present: ReadonlySet<string>; note: string | undefined; status: 'active' | 'disabled' | undefined },
): Promise<void> {
  const isDisabling = o.status === 'disabled';
  await trx
    .updateTable('connections')
    .set({
      updated_at: ctx.clock.now(),
      ...(o.present.has('note') && { note: readNote(o.note) }),
      ...(isDisabling && { status: 'disabled', status_reason: 'by_hand' }),
      // Sets the time from which failed enrollments can be retried, as when a connection stops working.
      ...(isDisabling && before.status === 'active' && { failed_at: sql<Date>`clock_timestamp()` }),
    })
    .where('id', '=', before.id)
    .execute();
}
