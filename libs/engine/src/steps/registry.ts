import { branchStep } from './branch.ts';
import { conditionStep } from './condition.ts';
import { crmCreateActivityStep } from './crm-create-activity.ts';
import { crmCreateLeadStep } from './crm-create-lead.ts';
import { crmMoveOpportunityStep } from './crm-move-opportunity.ts';
import { crmUpdateRecordStep } from './crm-update-record.ts';
import { emailStep } from './email.ts';
import { endStep } from './end.ts';
import { logStep } from './log.ts';
import { setFieldsStep } from './set-fields.ts';
import { splitStep } from './split.ts';
import type { StepType } from './step-type.ts';
import { triggerStep } from './trigger.ts';
import { waitStep } from './wait.ts';
import { webhookStep } from './webhook.ts';
import { webhookCallbackStep } from './webhook-callback.ts';

/** All step types in the order of the catalog. */
export const registry: readonly StepType[] = [
  triggerStep,
  webhookStep,
  logStep,
  waitStep,
  conditionStep,
  branchStep,
  splitStep,
  setFieldsStep,
  emailStep,
  webhookCallbackStep,
  crmCreateLeadStep,
  crmUpdateRecordStep,
  crmCreateActivityStep,
  crmMoveOpportunityStep,
  endStep,
];

const byType = new Map(registry.map((stepType) => [stepType.type, stepType]));

/** The step type of a name, in any case. */
export function findStepType(type: string): StepType | undefined {
  return byType.get(type.toLowerCase());
}
