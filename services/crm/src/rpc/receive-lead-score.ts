import { createHash } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { retryConflicts } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { appendEvents, topicOf } from '@drippulse/events';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import type { ReceiveLeadScoreRequest } from '@drippulse/proto/drippulse/crm/v1/lead_scores_pb';
import { actingAs } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { keysOf, purpose } from '../inbound-secrets/secrets.ts';
import { isSignedBy, isStale, type SignedMessage } from '../inbound-secrets/signature.ts';
import { lockLead } from '../lead-scores/find-lead.ts';
import { readScoring, type Scoring } from '../lead-scores/message.ts';
import { type LeadRow, leads, leadToProto } from '../leads/lead.ts';
import { authorOf } from '../records/author.ts';
import { updateRecord } from '../records/update-record.ts';
import type { Write } from '../records/write.ts';

const topic = topicOf(CrmEventSchema);

/**
 * Receives the score of a lead from an external system. Checks the signature first, then the time, then whether the
 * message was processed before. A message is recorded as processed only if it took effect, so a message about a lead
 * that does not exist yet can be sent again.
 */
export async function receiveLeadScore(ctx: Context, request: ReceiveLeadScoreRequest, call: HandlerContext) {
  const message = signedMessageOf(request, call);
  const organizationId = await findSigner(ctx, request.org ?? '', message);
  if (isStale(message, ctx.clock.now())) {
    ctx.metrics.scoreReceived('stale');
    throw new DomainError('malformed', 'stale_message', 'The signed time is more than 300 seconds from now.');
  }
  const actor = { type: 'lead_scoring', id: purpose } as const;
  const author = authorOf(actingAs(call, { organizationId, actor, role: 'editor', mode: 'live' }));
  const isNew = await retryConflicts(() =>
    ctx.db.kysely.transaction().execute(async (trx) => {
      if (!(await isFirst(trx, organizationId, message))) return false;
      await storeScore({ ctx, trx, author, made: { records: 0 } }, readScoring(message.body));
      return true;
    }),
  );
  ctx.metrics.scoreReceived(isNew ? 'accepted' : 'duplicate');
  if (isNew) ctx.relay.wake();
  else call.responseHeader.set('x-http-status', '200');
  return { status: 'accepted', duplicate: !isNew };
}

function signedMessageOf({ body }: ReceiveLeadScoreRequest, { requestHeader }: HandlerContext): SignedMessage {
  const header = (name: string) => requestHeader.get(name) ?? '';
  return {
    id: header('webhook-id'),
    timestamp: header('webhook-timestamp'),
    signature: header('webhook-signature'),
    body: body?.data ?? new Uint8Array(),
  };
}

/**
 * Finds the organization that signed the message. The message names the organization, and the signature with the
 * organization's secret proves it.
 */
async function findSigner(ctx: Context, slug: string, message: SignedMessage): Promise<bigint> {
  const sealed = await ctx.db.kysely
    .selectFrom('inbound_secrets')
    .select(['organization_id', 'secret', 'previous_secret', 'previous_secret_until'])
    .where('slug', '=', slug)
    .where('purpose', '=', purpose)
    .executeTakeFirst();
  const keys = keysOf(ctx.sealer, ctx.decoy, sealed, ctx.clock.now());
  if (isSignedBy(keys, message) && sealed !== undefined) return sealed.organization_id;
  ctx.metrics.scoreReceived('unsigned');
  throw new DomainError(
    'unauthenticated',
    'invalid_signature',
    'The message is not signed with the secret of this organization.',
  );
}

/** Whether the id of the message is new to the organization. The unique key decides, not a look-up. */
async function isFirst(trx: Transaction<DB>, organizationId: bigint, { id }: SignedMessage): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('inbound_messages')
    .values({ organization_id: organizationId, purpose, id_hash: createHash('sha256').update(id).digest() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

async function storeScore(write: Write, scoring: Scoring): Promise<void> {
  const before = await lockLead(write, scoring.subject);
  const after = await updateRecord(write, leads, before, { score: scoring.score });
  await appendEvents(write.trx, topic, [scoredEvent(write, { before, after }, scoring)]);
}

/**
 * Returns the event of a score. The event reports the judgment of the model, so it is also sent if the lead had the
 * same score before.
 */
function scoredEvent({ author }: Write, lead: { before: LeadRow; after: LeadRow }, { score, model, factors }: Scoring) {
  const { before, after } = lead;
  const value = {
    lead: leadToProto(after),
    score,
    previousScore: before.score ?? undefined,
    model,
    factors,
  };
  return {
    organizationId: after.organization_id,
    sequence: after.sequence,
    aggregate: `${leads.type}:${after.id}`,
    hops: 0,
    ...(author.cause !== undefined && { cause: author.cause }),
    payload: { case: 'leadScored' as const, value },
  };
}
