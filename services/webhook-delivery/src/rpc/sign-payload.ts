import { isUtf8 } from 'node:buffer';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { SignPayloadRequest } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { openSecrets } from '../signing/secrets.ts';
import { signatures } from '../signing/sign.ts';
import { findWebhook } from '../webhooks/rows.ts';

export async function signPayload(ctx: Context, request: SignPayloadRequest, call: HandlerContext) {
  const row = await findWebhook(ctx.db.kysely, callerOf(call).organizationId, request.webhookId);
  // The signing library accepts only text. For a body that is not UTF-8, it would sign bytes that differ from the body.
  if (!isUtf8(request.body)) throw new DomainError('invalid', 'invalid_body', 'body must be UTF-8 text');
  const secrets = openSecrets(ctx.sealer, row.id, row, ctx.clock.now());
  const at = new Date(Number(request.timestampSeconds) * 1000);
  return { signature: signatures(secrets, { id: request.messageId, at, body: Buffer.from(request.body).toString() }) };
}
