import type { CallOptions } from '@connectrpc/connect';
import { stubEffect } from '@drippulse/engine';
import type { JsonObject } from '@drippulse/json';
import type { Caller } from '@drippulse/rpc';
import type { EffectCall, EffectContext, EffectOutcome } from '../effect-call.ts';
import type { SystemEffect } from '../effect-type.ts';
import { performerTimeoutMs } from '../performed/ask-performer.ts';
import { askToPerform, destinationOf } from '../performed/ask-to-perform.ts';
import { callCrm, crmTimeoutMs } from './crm-call.ts';

/** The client of the CRM, and the caller and options of a write. */
export type CrmWrite = { crm: EffectContext['clients']['crm']; caller: Caller; options: CallOptions };

/**
 * Defines an effect that creates or updates one record, either in the platform's own CRM or through a connection to a
 * provider's CRM. The effect's description is the stub that a test run of the workflow shows.
 */
export function crmEffect(
  { makesRecord, recordType }: Pick<SystemEffect, 'makesRecord'> & { recordType(request: JsonObject): string },
  write: (to: CrmWrite, request: EffectCall['request']) => Promise<EffectOutcome>,
): SystemEffect {
  return {
    perform: (ctx, call) =>
      isOwn(call.request)
        ? callCrm(call, (caller, options) => write({ crm: ctx.clients.crm, caller, options }, call.request))
        : askToPerform(ctx, 'integrations', call, { saveAs: recordType(call.request) }),
    describe: (call) => stubEffect(call).result,
    makesRecord,
    destination: (request) => (isOwn(request) ? 'crm' : destinationOf('integrations', request)),
    deadlineMs: (request) => (isOwn(request) ? crmTimeoutMs : performerTimeoutMs),
  };
}

function isOwn({ integration_id: integration }: JsonObject): boolean {
  return integration === 'internal';
}
