import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations, type Violation } from '@drippulse/errors';
import {
  type CreateSuppressionRequest,
  SuppressionsService,
} from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import {
  awaitInFlight,
  isEmailAddress,
  type NewSuppression,
  normalEmail,
  reasonFromProto,
  suppress,
  suppressionToProto,
} from '../messaging/index.ts';

const maxCategoryLength = 100;

/** Creates a suppression. Returns once no mail is on its way to the address any more. */
export async function createSuppression(ctx: Context, request: CreateSuppressionRequest, call: HandlerContext) {
  const { email, category, reason } = readRequest(request);
  const { createSuppression: method } = SuppressionsService.method;
  const { mode, organizationId } = callerOf(call);
  const response = await transact(ctx, call, method, request, async (trx) => {
    const given = { organizationId, mode, email, channel: 'email', category, reason, source: 'api' } as const;
    // The loop repeats because a concurrent deletion may remove the row after `suppress` has found it.
    for (;;) {
      await suppress(trx, given, ctx.dbNow);
      const row = await findSuppression(trx, given);
      if (row !== undefined) return { suppression: suppressionToProto(row) };
    }
  });
  await awaitInFlight(ctx, [{ organizationId, mode, email }]);
  return response;
}

function findSuppression(
  trx: Transaction<DB>,
  { organizationId, mode, email, channel, category, reason }: NewSuppression,
) {
  return trx
    .selectFrom('suppressions')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('mode', '=', mode)
    .where('email', '=', email)
    .where('channel', '=', channel)
    .where('reason', '=', reason)
    .where('category', category === null ? 'is' : '=', category)
    .executeTakeFirst();
}

function readRequest(request: CreateSuppressionRequest) {
  const email = normalEmail(request.email ?? '');
  const { channel, category = null } = request;
  const violations: Violation[] = [];
  if (!isEmailAddress(email)) violations.push({ field: 'email', message: 'must be an email address', code: 'format' });
  if (channel !== undefined && channel !== 'email') {
    violations.push({ field: 'channel', message: 'must be email', code: 'enum' });
  }
  if (category !== null && (category === '' || category.length > maxCategoryLength)) {
    const message = `must be 1 to ${maxCategoryLength} characters long`;
    violations.push({ field: 'category', message, code: 'length' });
  }
  refuseViolations(violations);
  return { email, category, reason: reasonFromProto(request.reason) ?? ('manual' as const) };
}
