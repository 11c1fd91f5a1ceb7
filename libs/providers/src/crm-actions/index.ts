import type { JsonObject } from '@drippulse/json';
import type { Action } from '../actions.ts';
import { findAction } from '../registry.ts';
import { hubspotAction } from './hubspot.ts';
import type { Choice, CrmStepKind } from './request.ts';
import { salesforceAction } from './salesforce.ts';

export type { CrmStepKind };

/**
 * Returns the provider's action and its payload for a CRM step, or a sentence that explains why there is no such
 * action. `request` is the request of the step: `fields`, `record_type` and `record_id`, with the platform's names.
 */
export function crmAction(
  provider: 'hubspot' | 'salesforce',
  kind: CrmStepKind,
  request: JsonObject,
): { action: Action; payload: JsonObject } | { refused: string } {
  const choice: Choice = provider === 'hubspot' ? hubspotAction(kind, request) : salesforceAction(kind, request);
  if ('refused' in choice) return choice;
  const action = findAction(provider, choice.name);
  if (action === undefined) throw new Error(`${provider} has no action ${choice.name}`);
  return { action, payload: choice.payload };
}
