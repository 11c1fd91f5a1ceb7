import { agentStep } from './agent.ts';
import { alertStep } from './alert.ts';
import { approvalStep } from './approval.ts';
import { branchStep } from './branch.ts';
import { conditionStep } from './condition.ts';
import { crmCreateActivityStep } from './crm-create-activity.ts';
import { crmCreateLeadStep } from './crm-create-lead.ts';
import { crmMoveOpportunityStep } from './crm-move-opportunity.ts';
import { crmUpdateRecordStep } from './crm-update-record.ts';
import { emailStep } from './email.ts';
import { endStep } from './end.ts';
import { integrationActionStep } from './integration-action.ts';
import { logStep } from './log.ts';
import { scoreLeadStep } from './score-lead.ts';
import { setFieldsStep } from './set-fields.ts';
import { splitStep } from './split.ts';
import type { StepType } from './step-type.ts';
import { triggerStep } from './trigger.ts';
import { waitStep } from './wait.ts';
import { waitForEventStep } from './wait-for-event.ts';
import { webhookStep } from './webhook.ts';
import { webhookCallbackStep } from './webhook-callback.ts';

/** All step types in the order of the catalog. */
export const registry: readonly StepType[] = [
  triggerStep,
  webhookStep,
  logStep,
  waitStep,
  waitForEventStep,
  approvalStep,
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
  alertStep,
  integrationActionStep,
  agentStep,
  scoreLeadStep,
  endStep,
];

const byType = new Map(registry.map((stepType) => [stepType.type, stepType]));

/** Returns the step type with this name, in any letter case. */
export function findStepType(type: string): StepType | undefined {
  return byType.get(type.toLowerCase());
}
