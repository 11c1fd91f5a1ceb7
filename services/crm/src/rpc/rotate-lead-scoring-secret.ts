import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import {
  InboundSecretsService,
  type RotateLeadScoringSecretRequest,
} from '@drippulse/proto/drippulse/crm/v1/lead_scores_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { makeSecret, overlapMs, purpose, sealSecret } from '../inbound-secrets/secrets.ts';

const { method } = InboundSecretsService;

/** Creates or replaces the secret of the organization. The previous secret stays valid for 24 hours. */
export async function rotateLeadScoringSecret(
  ctx: Context,
  request: RotateLeadScoringSecretRequest,
  call: HandlerContext,
) {
  const { account } = await ctx.clients.account(callerOf(call), call).getAccount({});
  if (account === undefined) throw new Error('identity answered without the account');
  const { slug } = account;
  return transact(ctx, call, method.rotateLeadScoringSecret, request, async (trx, { organizationId }) => {
    const secret = makeSecret();
    const now = ctx.clock.now();
    const until = new Date(now.getTime() + overlapMs);
    const row = await trx
      .insertInto('inbound_secrets')
      .values({
        organization_id: organizationId,
        purpose,
        slug,
        secret: sealSecret(ctx.sealer, organizationId, secret),
        created_at: now,
      })
      .onConflict((conflict) =>
        conflict.columns(['organization_id', 'purpose']).doUpdateSet({
          secret: (eb) => eb.ref('excluded.secret'),
          previous_secret: sql.ref('inbound_secrets.secret'),
          previous_secret_until: until,
          created_at: now,
        }),
      )
      .returning('previous_secret_until')
      .executeTakeFirstOrThrow();
    return {
      inboundSecret: {
        purpose,
        publicPath: `/webhooks/lead_scoring?org=${encodeURIComponent(slug)}`,
        secret,
        createdAt: timestampFromDate(now),
        ...(row.previous_secret_until !== null && { previousValidUntil: timestampFromDate(row.previous_secret_until) }),
      },
    };
  });
}
