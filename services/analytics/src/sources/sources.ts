import { agentCosts } from './agent-costs.ts';
import { crmGrowth } from './crm-growth.ts';
import { emailEngagement } from './email-engagement.ts';
import { enrollmentFunnel } from './enrollment-funnel.ts';
import { pipeline } from './pipeline.ts';
import type { Source } from './source.ts';
import { webhookHealth } from './webhook-health.ts';
import { workflowPerformance } from './workflow-performance.ts';

/** The source of each report type, by the type's name. */
export const sources: ReadonlyMap<string, Source> = new Map<string, Source>([
  ['workflow_performance', workflowPerformance],
  ['enrollment_funnel', enrollmentFunnel],
  ['email_engagement', emailEngagement],
  ['agent_costs', agentCosts],
  ['pipeline', pipeline],
  ['webhook_health', webhookHealth],
  ['crm_growth', crmGrowth],
]);
