import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, type Violation } from '@drippulse/errors';
import { type CreateWebhookRequest, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { newSecret, sealSecret } from '../signing/secrets.ts';
import { checkFields, chooseEventTypes } from '../webhooks/fields.ts';
import { readFilter } from '../webhooks/filter.ts';
import { readHeaders } from '../webhooks/headers.ts';
import { hintWebhook } from '../webhooks/hint-webhooks.ts';
import { findWebhook } from '../webhooks/rows.ts';
import { readTarget, sealTarget } from '../webhooks/target.ts';
import { webhookToProto } from '../webhooks/to-proto.ts';

type NewWebhook = ReturnType<typeof readRequest>;

const maxWebhooks = 100;

export async function createWebhook(ctx: Context, request: CreateWebhookRequest, call: HandlerContext) {
  const webhook = readRequest(request);
  await checkFields(ctx, callerOf(call).organizationId, webhook);
  const { organizationId, mode } = callerOf(call);
  const response = await transact(ctx, call, WebhooksService.method.createWebhook, request, async (trx, caller) => {
    await requireRoom(trx, caller);
    const secret = newSecret();
    const id = await insertWebhook(ctx, trx, caller, webhook, secret);
    return { webhook: webhookToProto(await findWebhook(trx, organizationId, id), secret) };
  });
  hintWebhook(ctx, { organizationId, webhookId: response.webhook?.id ?? 0n, mode }, 'created');
  return response;
}

function readRequest(request: CreateWebhookRequest) {
  const { url, active = true, description = null, ordered = false, filter } = request;
  const eventTypes = chooseEventTypes(request.eventType, request.eventTypes);
  if (url === undefined) throw missing('url');
  if (eventTypes === undefined) throw missing('event_type');
  return {
    ...readTarget({ url, headers: readHeaders(request.headers) }),
    event_types: eventTypes,
    active,
    description,
    rate_limit_per_second: request.rateLimitPerSecond ?? null,
    ordered,
    filter: filter === undefined ? null : readFilter(Buffer.from(filter).toString()),
  };
}

function missing(field: string): DomainError {
  const violations: Violation[] = [{ field, message: 'is required', code: 'required' }];
  return new DomainError('malformed', 'parameter_missing', `Required parameter missing: ${field}`, { violations });
}

/**
 * Refuses a webhook above the limit of its mode, so that test keys leave room for live webhooks. The lock serializes
 * the counts of concurrent creates of one organization.
 */
async function requireRoom(trx: Transaction<DB>, { organizationId, mode }: Caller): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('webhook limit', ${organizationId}))`.execute(trx);
  const { count } = await trx
    .selectFrom('webhooks')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('organization_id', '=', organizationId)
    .where('mode', '=', mode)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (count < maxWebhooks) return;
  throw new DomainError(
    'invalid',
    'webhook_limit_reached',
    `An organization may have ${maxWebhooks} ${mode} webhooks.`,
  );
}

async function insertWebhook(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, mode }: Caller,
  webhook: NewWebhook,
  secret: string,
): Promise<bigint> {
  const { rows } = await sql<{ id: bigint }>`select nextval('webhooks_id_seq') as id`.execute(trx);
  const id = rows[0]?.id ?? 0n;
  const now = ctx.clock.now();
  const organization = { organization_id: organizationId };
  await trx
    .insertInto('webhooks')
    .values({
      id,
      ...organization,
      mode,
      ...webhook,
      ...sealTarget(ctx.sealer, id, webhook),
      secret: sealSecret(ctx.sealer, id, secret),
      created_at: now,
      updated_at: now,
    })
    .execute();
  await trx.insertInto('endpoints').values({ webhook_id: id }).execute();
  await trx
    .insertInto('lanes')
    .values([
      { webhook_id: id, ...organization, is_manual: false, is_paused: !webhook.active },
      { webhook_id: id, ...organization, is_manual: true },
    ])
    .execute();
  return id;
}
