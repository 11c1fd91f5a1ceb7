import type { HandlerContext } from '@connectrpc/connect';
import { haveCompetition } from '@drippulse/engine';
import { SendingRulesService, type UpdateSendingRulesRequest } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { lockRules, parseRules, readRules, rulesToProto } from '../messaging/index.ts';

/**
 * Changes the sending rules. Held sends keep their times, and the new rules apply to each of them at its next attempt.
 */
export async function updateSendingRules(ctx: Context, request: UpdateSendingRulesRequest, call: HandlerContext) {
  const changes = readRules(request);
  const { updateSendingRules: method } = SendingRulesService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const before = await lockRules(trx, organizationId);
    const rules = { ...parseRules(before.rules), ...changes };
    const row = await trx
      .updateTable('sending_rules')
      .set({ rules: JSON.stringify(rules), has_competition: haveCompetition(rules), updated_at: ctx.clock.now() })
      .where('organization_id', '=', organizationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { sendingRules: rulesToProto(row) };
  });
}
