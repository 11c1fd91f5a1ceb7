import type { Budgets } from './budgets.ts';

/** The kind of subject that a budget limits. */
export type Scope =
  | 'execution'
  | 'agent_day'
  | 'workflow_day'
  | 'enrollment'
  | 'organization_day'
  | 'organization_month'
  | 'plan'
  | 'installation_day';

/** A limit for a period. If `limitPicoUsd` is null, spend is counted but not limited. */
export type Window = {
  scope: Scope;
  key: string;
  limitPicoUsd: bigint | null;
  /** Whether the limit is the amount that the organization has drawn from the installation's limit. */
  isDrawn: boolean;
  endsAt: Date;
  /** Whether a new window starts when this one ends. */
  resets: boolean;
};

/** The organization, agent, execution, workflow and enrollment whose budgets a call counts towards. */
export type Spender = {
  organizationId: bigint;
  agentId: bigint;
  executionId: bigint;
  workflowId: bigint | null;
  enrollmentId: bigint | null;
  /** Limits that the policy sets. */
  executionPicoUsd: bigint;
  agentDayPicoUsd: bigint | null;
  /** Limits that people have raised only for this execution, by window key. */
  raised: ReadonlyMap<string, bigint>;
};

/** Retention of the windows of executions and enrollments, whose ends are not known in advance. */
const keptMs = 395 * 86_400_000;

/** The installation's daily limit, if it has one. This object is present only if the installation pays for the call. */
export type PaidHere = { installationDayPicoUsd: bigint | undefined };

/**
 * Returns the windows that a call counts towards, without duplicates. If `paidHere` is undefined, the organization pays
 * through its own account, to which no plan limit applies.
 */
export function windowsOf(spender: Spender, budgets: Budgets, paidHere: PaidHere | undefined): Window[] {
  const windows = [...ownWindows(spender, budgets), ...(paidHere ? paidWindows(spender, budgets, paidHere) : [])];
  return windows.map((window) => {
    const raised = spender.raised.get(window.key);
    const isRaised = raised !== undefined && window.limitPicoUsd !== null && raised > window.limitPicoUsd;
    return isRaised ? { ...window, limitPicoUsd: raised } : window;
  });
}

function ownWindows(spender: Spender, budgets: Budgets): Window[] {
  const { organizationId, agentId, executionId, workflowId, enrollmentId } = spender;
  const { day, month } = budgets;
  const kept = new Date(day.start.getTime() + keptMs);
  const once = { isDrawn: false, resets: false, endsAt: kept };
  const daily = { isDrawn: false, resets: true, endsAt: day.end };
  return [
    { scope: 'execution', key: `execution:${executionId}`, limitPicoUsd: spender.executionPicoUsd, ...once },
    { scope: 'agent_day', key: `agent:${agentId}:${at(day)}`, limitPicoUsd: spender.agentDayPicoUsd, ...daily },
    ...(workflowId === null
      ? []
      : [
          {
            scope: 'workflow_day' as const,
            key: `workflow:${organizationId}:${workflowId}:${at(day)}`,
            limitPicoUsd: budgets.workflowDailyPicoUsd,
            ...daily,
          },
        ]),
    ...(enrollmentId === null
      ? []
      : [
          {
            scope: 'enrollment' as const,
            key: enrollmentKey(organizationId, enrollmentId),
            limitPicoUsd: budgets.enrollmentPicoUsd,
            ...once,
          },
        ]),
    {
      scope: 'organization_day',
      key: `organization:${organizationId}:day:${at(day)}`,
      limitPicoUsd: budgets.dailyPicoUsd,
      ...daily,
    },
    {
      scope: 'organization_month',
      key: `organization:${organizationId}:month:${at(month)}`,
      limitPicoUsd: budgets.monthlyPicoUsd,
      ...{ isDrawn: false, resets: true, endsAt: month.end },
    },
  ];
}

function paidWindows(
  { organizationId }: Spender,
  { planMonth, planPicoUsd, installationDay }: Budgets,
  { installationDayPicoUsd }: PaidHere,
): Window[] {
  return [
    {
      scope: 'plan',
      key: planKey(organizationId, planMonth.start),
      limitPicoUsd: planPicoUsd,
      ...{ isDrawn: false, resets: true, endsAt: planMonth.end },
    },
    ...(installationDayPicoUsd === undefined
      ? []
      : [
          {
            scope: 'installation_day' as const,
            key: `share:${organizationId}:${at(installationDay)}`,
            limitPicoUsd: null,
            ...{ isDrawn: true, resets: true, endsAt: installationDay.end },
          },
        ]),
  ];
}

function at(period: { start: Date }): string {
  return period.start.toISOString();
}

export function enrollmentKey(organizationId: bigint, enrollmentId: bigint): string {
  return `enrollment:${organizationId}:${enrollmentId}`;
}

/** Returns the key of the window of a month (UTC), which a plan may limit. */
export function planKey(organizationId: bigint, monthStart: Date): string {
  return `plan:${organizationId}:${monthStart.toISOString().slice(0, 7)}`;
}
