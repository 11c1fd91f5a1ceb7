import { isUtf8 } from 'node:buffer';
import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type {
  SignPayloadRequestSchema,
  SignPayloadResponseSchema,
} from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findWebhook } from '../webhooks/rows.ts';
import { openSecrets } from '../webhooks/secrets.ts';
import { signatures } from '../webhooks/sign.ts';

export async function signPayload(
  ctx: Context,
  request: MessageShape<typeof SignPayloadRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof SignPayloadResponseSchema>> {
  const row = await findWebhook(ctx.db.kysely, callerOf(call).organizationId, request.webhookId);
  // The signing library takes text, and bytes that are none would be signed as other bytes.
  if (!isUtf8(request.body)) throw new DomainError('invalid', 'invalid_body', 'body must be UTF-8 text');
  const secrets = openSecrets(ctx.sealer, row.id, row, ctx.clock.now());
  const at = new Date(Number(request.timestampSeconds) * 1000);
  return { signature: signatures(secrets, { id: request.messageId, at, body: Buffer.from(request.body).toString() }) };
}
