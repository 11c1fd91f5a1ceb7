import { AgentSchema } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentBudgetsSchema } from '@drippulse/proto/drippulse/agents/v1/budgets_pb';
import { AgentModelConnectionSchema } from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { AgentTemplateSchema } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { type AuditedRows, audited } from '@drippulse/service';
import { findAgent } from './agents/rows.ts';
import { agentToProto } from './agents/to-proto.ts';
import type { DB } from './db/schema.ts';
import { budgetsToProto } from './ledger/budgets-to-proto.ts';
import { findModelConnection } from './model-connections/rows.ts';
import { connectionToProto } from './model-connections/to-proto.ts';
import { findTemplate } from './templates/rows.ts';
import { templateToProto } from './templates/to-proto.ts';

const budgets = audited<typeof AgentBudgetsSchema, DB>(AgentBudgetsSchema, async (trx, { organizationId }) =>
  budgetsToProto(trx, organizationId),
);

/** The audited configuration rows, in the form that the API shows. */
export const auditedRows: AuditedRows<DB> = {
  agents: audited(AgentSchema, async (trx, { organizationId }, id: bigint) =>
    agentToProto(await findAgent(trx, organizationId, id)),
  ),
  agent_budgets: budgets,
  // This name is the last path segment of the request that acknowledges an overrun.
  acknowledge_overrun: budgets,
  model_connection: audited(AgentModelConnectionSchema, async (trx, { organizationId }) =>
    connectionToProto(await findModelConnection(trx, organizationId)),
  ),
  agent_templates: audited(AgentTemplateSchema, async (trx, caller, id: bigint) =>
    templateToProto(await findTemplate(trx, caller, id)),
  ),
};
