import type { Alert } from '../alert.ts';

/** Executions of agents, and their costs. */
export const agents: readonly Alert[] = [
  {
    name: 'AgentExecutionsFailing',
    severity: 'ticket',
    // More than half of the executions fail, and the rate of failures is at least twice that of the day before. There
    // is a minimum rate of executions, because a few executions prove nothing.
    expr: [
      'sum(rate(drippulse_agent_executions_total{work="llm",status="failed"}[15m]))',
      '> 0.5 * (sum(rate(drippulse_agent_executions_total{work="llm"}[15m])) > 0.01)',
      'unless sum(rate(drippulse_agent_executions_total{work="llm",status="failed"}[15m]))',
      '< 2 * sum(rate(drippulse_agent_executions_total{work="llm",status="failed"}[1d] offset 15m))',
    ].join(' '),
    for: '15m',
    summary: 'More than half of the executions that call models fail.',
    fires: {
      series: {
        'drippulse_agent_executions_total{work="llm",status="failed"}': '0x20 0+30x60',
        'drippulse_agent_executions_total{work="llm",status="succeeded"}': '0x20 0+10x60',
      },
      atMinute: 60,
    },
    quiet: {
      series: {
        'drippulse_agent_executions_total{work="llm",status="failed"}': '0+3x80',
        'drippulse_agent_executions_total{work="llm",status="succeeded"}': '0+100x80',
      },
      atMinute: 60,
    },
  },
  {
    name: 'AgentBudgetsNearLimit',
    severity: 'ticket',
    expr: 'max by (scope) (drippulse_agent_budgets_near_limit{scope=~"organization_.+|plan"}) > 0',
    for: '5m',
    summary: '{{ $value | humanize }} budgets of agents ({{ $labels.scope }}) are used to 80 % or more.',
    fires: { series: { 'drippulse_agent_budgets_near_limit{scope="organization_day"}': '0 1x20' }, atMinute: 10 },
    quiet: { series: { 'drippulse_agent_budgets_near_limit{scope="agent_day"}': '0 1x20' }, atMinute: 10 },
  },
  {
    name: 'AgentCostsAssumed',
    severity: 'ticket',
    expr: [
      'sum(increase(drippulse_agent_spent_usd_total{state="assumed"}[6h]))',
      '> 0.01 * (sum(increase(drippulse_agent_spent_usd_total[6h])) > 0)',
    ].join(' '),
    for: '5m',
    summary: 'More than 1 % of what agents cost is assumed: the outcome of calls is not known.',
    fires: {
      series: {
        'drippulse_agent_spent_usd_total{state="assumed"}': '0+1x60',
        'drippulse_agent_spent_usd_total{state="settled"}': '0+10x60',
      },
      atMinute: 40,
    },
    quiet: {
      series: {
        'drippulse_agent_spent_usd_total{state="assumed"}': '0+1x60',
        'drippulse_agent_spent_usd_total{state="settled"}': '0+1000x60',
      },
      atMinute: 40,
    },
  },
  {
    name: 'AgentModelOverrun',
    severity: 'ticket',
    // A counter that first appears with an overrun shows no increase, so the alert also fires for a new series.
    expr: [
      'sum(increase(drippulse_agent_model_calls_total{state="overrun"}[1h])) > 0',
      'sum(drippulse_agent_model_calls_total{state="overrun"} unless drippulse_agent_model_calls_total{state="overrun"} offset 1h) > 0',
    ].join(' or '),
    for: '0m',
    summary: 'A call of a model cost more than it could by its price. The model is refused for that organization.',
    fires: { series: { 'drippulse_agent_model_calls_total{state="overrun"}': '_x70 1x10' }, atMinute: 72 },
    quiet: { series: { 'drippulse_agent_model_calls_total{state="overrun"}': '1x200' }, atMinute: 150 },
  },
];
