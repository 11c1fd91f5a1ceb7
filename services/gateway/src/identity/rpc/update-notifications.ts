import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { AccountService, type UpdateNotificationsRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { transact } from '@drippulse/writes';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { userIdOf } from '../notifications/own-row.ts';
import { choiceColumns, notificationsToProto } from '../notifications/to-proto.ts';
import { topics } from '../notifications/topics.ts';
import { maskedFields } from '../update-mask.ts';

const { updateNotifications: method } = AccountService.method;

export async function updateNotifications(ctx: Context, request: UpdateNotificationsRequest, call: HandlerContext) {
  const choices = maskedFields(request, topics);
  refuseViolations(
    topics.flatMap((field) =>
      choices[field] === null ? [{ field, message: 'must be true or false', code: 'type' as const }] : [],
    ),
  );
  const chosen = topics.filter((topic) => choices[topic] !== undefined);
  const muted = chosen.filter((topic) => choices[topic] === false);
  return transact(ctx, call, method, request, async (trx, caller) => {
    const row = await trx
      .updateTable('memberships')
      .set({
        // The value is computed from the stored row, so that two parallel requests about different topics both take
        // effect.
        muted_notifications: sql<string[]>`array(
          select unnest(muted_notifications) except select unnest(${chosen}::text[])
          union select unnest(${muted}::text[]))`,
        updated_at: ctx.clock.now(),
      })
      .where('organization_id', '=', caller.organizationId)
      .where('id', '=', userIdOf(caller))
      .returning(choiceColumns)
      .executeTakeFirstOrThrow();
    return { notifications: notificationsToProto(row) };
  });
}
