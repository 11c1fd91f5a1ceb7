import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { addJob } from '@drippulse/db';
import { DomainError, type Violation } from '@drippulse/errors';
import { type RecoverWebhookRequest, WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { statusFromProto } from '../deliveries/statuses.ts';
import { previewToProto, recoveryKind, recoveryToProto, type Span, writeSpan } from '../recoveries/recovery.ts';
import { refusal } from '../webhooks/fields.ts';
import { findWebhook } from '../webhooks/rows.ts';

export async function recoverWebhook(ctx: Context, request: RecoverWebhookRequest, call: HandlerContext) {
  const span = readSpan(request, ctx.clock.now());
  const response = await transact(
    ctx,
    call,
    WebhooksService.method.recoverWebhook,
    request,
    async (trx, { organizationId }) => {
      const { active } = await findWebhook(trx, organizationId, request.webhookId);
      const total = await countSpan(trx, span);
      if (request.dryRun === true) {
        call.responseHeader.set('x-http-status', '200');
        return { recovery: previewToProto(span, total) };
      }
      if (!active) throw inactive();
      const job = await addJob(trx, { organizationId, kind: recoveryKind, input: writeSpan(span), total });
      return { recovery: recoveryToProto(job) };
    },
  );
  ctx.wakeRecoveries();
  return response;
}

function readSpan({ webhookId, since, until, status }: RecoverWebhookRequest, now: Date): Span {
  if (since === undefined) {
    const violations: Violation[] = [{ field: 'since', message: 'is required', code: 'required' }];
    throw new DomainError('malformed', 'parameter_missing', 'Required parameter missing: since', { violations });
  }
  const span = {
    webhookId,
    since: timestampDate(since),
    // By default, the span ends now, because deliveries of later events have not failed yet.
    until: until === undefined ? now : timestampDate(until),
    status: status === undefined ? 'exhausted' : (statusFromProto(status) ?? 'pending'),
  };
  if (span.until <= span.since) throw refusal('validation_failed', 'until', 'must be after since', 'range');
  if (span.status === 'pending') {
    const problem = 'must be exhausted, failed, cancelled or delivered';
    throw refusal('validation_failed', 'status', problem, 'enum', {
      allowed: ['exhausted', 'failed', 'cancelled', 'delivered'],
    });
  }
  return span;
}

/** Counts exactly, because a dry run promises the count. It reads one index range for each day of the span. */
async function countSpan(trx: Transaction<DB>, span: Span): Promise<bigint> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from deliveries
    where webhook_id = ${span.webhookId} and status = ${span.status}
      and event_at >= ${span.since} and event_at < ${span.until}`.execute(trx);
  return rows[0]?.count ?? 0n;
}

function inactive(): DomainError {
  const message = 'The webhook is not active: enable it first, then recover.';
  return new DomainError('failed_precondition', 'webhook_inactive', message);
}
