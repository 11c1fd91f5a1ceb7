import type { CallOptions } from '@connectrpc/connect';
import { stubEffect } from '@drippulse/engine';
import type { Caller } from '@drippulse/rpc';
import type { EffectCall, EffectContext, EffectOutcome } from '../effect-call.ts';
import type { EffectType } from '../effect-type.ts';
import { callCrm, crmTimeoutMs } from './crm-call.ts';

/** The client of the CRM, and the caller and options of a write. */
export type CrmWrite = { crm: EffectContext['clients']['crm']; caller: Caller; options: CallOptions };

/** An effect that is one write to the CRM, of a new record or of a known one. Its description is the stub that a test run of the workflow shows. */
export function crmEffect(
  { makesRecord }: Pick<EffectType, 'makesRecord'>,
  write: (to: CrmWrite, request: EffectCall['request']) => Promise<EffectOutcome>,
): EffectType {
  return {
    perform: ({ clients }, call) =>
      callCrm(call, (caller, options) => write({ crm: clients.crm, caller, options }, call.request)),
    describe: (call) => stubEffect(call).result,
    makesRecord,
    destination: () => 'crm',
    deadlineMs: () => crmTimeoutMs,
  };
}
