import { dashboard } from './dashboard.ts';
import { lines, quantiles, rateBy } from './panels.ts';

/** Agents and their executions. */
export const agents = dashboard('agents', 'Agents', [
  {
    title: 'Executions',
    panels: [
      lines('Executions that ended, by status', 'cps', rateBy('drippulse_agent_executions_total', 'status')),
      lines('Executions that ended, by work', 'cps', rateBy('drippulse_agent_executions_total', 'work')),
      lines('Duration of executions', 's', quantiles('drippulse_agent_execution_duration_seconds')),
      lines('Refusals by reason', 'cps', rateBy('drippulse_agent_refusals_total', 'reason')),
    ],
  },
  {
    title: 'Calls',
    panels: [
      lines('Attempts by result', 'cps', rateBy('drippulse_agent_calls_total', 'result')),
      lines('Calls of tools that ended, by result', 'cps', rateBy('drippulse_agent_tool_calls_total', 'result')),
      lines('Calls of tools that ended, by action', 'cps', rateBy('drippulse_agent_tool_calls_total', 'action')),
      lines('Questions to people that ended, by result', 'cps', rateBy('drippulse_agent_approvals_total', 'result')),
    ],
  },
  {
    title: 'Models',
    panels: [
      lines('Calls of models, by settlement', 'cps', rateBy('drippulse_agent_model_calls_total', 'state')),
      lines('US dollars a second, by settlement', 'short', rateBy('drippulse_agent_spent_usd_total', 'state')),
      lines('Calls that a budget refused, by scope', 'cps', rateBy('drippulse_agent_budget_refusals_total', 'scope')),
      lines('Budgets at 80 % and more, by scope', 'short', [
        { expr: 'max by (scope) (drippulse_agent_budgets_near_limit)', legend: '{{scope}}' },
      ]),
      lines('Reservations of processes that ended', 'cps', [
        { expr: 'sum(rate(drippulse_agent_swept_reservations_total[$__rate_interval]))', legend: 'reservations' },
      ]),
    ],
  },
]);
