import { serviceOf } from '@drippulse/topology';
import type { CatalogEntry } from './entry.ts';

/** Metrics of agents and their executions. */
export const agentsMetrics = {
  drippulse_agent_executions_total: {
    type: 'counter',
    unit: 'executions',
    help: 'Executions of agents that ended, by work (`decide`: scores, rules and code in the service; `code`: code elsewhere; `workflow`; `llm`) and by status.',
    labels: ['work', 'status'],
    of: [serviceOf('agents')],
  },
  drippulse_agent_execution_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from the begin to the end of executions, by work.',
    labels: ['work'],
    of: [serviceOf('agents')],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 600, 3600],
  },
  drippulse_agent_refusals_total: {
    type: 'counter',
    unit: 'executions',
    help: 'Executions that were refused before they began, by reason.',
    labels: ['reason'],
    of: [serviceOf('agents')],
  },
  drippulse_agent_calls_total: {
    type: 'counter',
    unit: 'calls',
    help: 'Attempts of steps outside of the service, by kind (`code_call`, `enroll`, `model_call`, `repair`, `tool_call`, `approval`, `budget`) and result: `succeeded`, `passing` (tried again), `uncertain` (nobody knows), `failed`, `refused` (a tool that was not performed), and of questions to people `waiting` or `approved`.',
    labels: ['kind', 'result'],
    of: [serviceOf('agents')],
  },
  drippulse_agent_tool_calls_total: {
    type: 'counter',
    unit: 'calls',
    help: 'Calls of tools that ended, by action (`unknown`: a model made it up) and result: `succeeded`, `denied` (by a policy), `invalid` (by its arguments) or `failed`.',
    labels: ['action', 'result'],
    of: [serviceOf('agents')],
  },
  drippulse_agent_approvals_total: {
    type: 'counter',
    unit: 'approvals',
    help: 'Questions of agents to people that ended, by kind (`approval` of an action, `budget`) and result: `approved`, `approval_rejected`, `approval_expired`, `refused` (by a policy meanwhile), or the code of another end.',
    labels: ['kind', 'result'],
    of: [serviceOf('agents')],
  },
  drippulse_agent_budget_refusals_total: {
    type: 'counter',
    unit: 'calls',
    help: 'Calls of models that a budget had no room for, by the scope of the budget.',
    labels: ['scope'],
    of: [serviceOf('agents')],
  },
  drippulse_agent_budgets_near_limit: {
    type: 'gauge',
    unit: 'budgets',
    help: 'Budgets of now of which at least 80 % are spent or reserved, by scope. Each process of the service says the same.',
    labels: ['scope'],
    of: [serviceOf('agents')],
  },
  drippulse_agent_model_calls_total: {
    type: 'counter',
    unit: 'calls',
    help: 'Attempts of calls of models, by how they were settled: `settled`, `released` (for free), `assumed` (nobody knows, so in full), `estimated` (by bytes) or `overrun`.',
    labels: ['state'],
    of: [serviceOf('agents')],
  },
  drippulse_agent_spent_usd_total: {
    type: 'counter',
    unit: 'US dollars',
    help: 'Cost of calls of models as it was settled, by state. A late answer that corrects what was assumed counts again.',
    labels: ['state'],
    of: [serviceOf('agents')],
  },
  drippulse_agent_swept_reservations_total: {
    type: 'counter',
    unit: 'reservations',
    help: 'Reservations whose process ended without a result: what was sent counts as spent, the rest was given back.',
    labels: [],
    of: [serviceOf('agents')],
  },
} as const satisfies Record<string, CatalogEntry>;
