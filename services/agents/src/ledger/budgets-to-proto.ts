import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AgentBudgetsSchema, AgentBudgetWindowSchema } from '@drippulse/proto/drippulse/agents/v1/budgets_pb';
import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import { usdNumberOf, usdOf } from '../money.ts';
import { findWindows, type WindowRow } from './budget-rows.ts';
import { type Budgets, readBudgets } from './budgets.ts';
import { findOverruns } from './overruns.ts';
import type { Scope } from './windows.ts';

/** Converts the limits of an organization to the form of the API. */
export async function budgetsToProto(
  db: Kysely<DB>,
  organizationId: bigint,
): Promise<MessageInitShape<typeof AgentBudgetsSchema>> {
  const budgets = await readBudgets(db, organizationId);
  const windows = await findWindows(db, organizationId, budgets);
  const overruns = await findOverruns(db, organizationId);
  const { monthlyPicoUsd: monthly, workflowDailyPicoUsd: workflow, enrollmentPicoUsd: enrollment } = budgets;
  return {
    dailyUsd: usdNumberOf(budgets.dailyPicoUsd),
    ...(monthly !== null && { monthlyUsd: usdNumberOf(monthly) }),
    ...(workflow !== null && { workflowDailyUsd: usdNumberOf(workflow) }),
    ...(enrollment !== null && { enrollmentUsd: usdNumberOf(enrollment) }),
    timezone: budgets.timezone,
    windows: windows.map(({ scope, row }) => windowToProto(scope, row, limitOf(scope, budgets))),
    overruns: overruns.map((row) => ({
      model: row.model,
      at: timestampFromDate(row.at),
      executionId: row.execution_id,
      reservedUsd: usdOf(row.reserved_pico_usd),
      chargedUsd: usdOf(row.charged_pico_usd),
    })),
    revision: budgets.revision,
  };
}

/** Converts a window, with the limit that applies from the next call on. */
export function windowToProto(
  scope: Scope,
  row: WindowRow,
  limitPicoUsd: bigint | null,
): MessageInitShape<typeof AgentBudgetWindowSchema> {
  return {
    scope,
    ...(limitPicoUsd !== null && { limitUsd: usdOf(limitPicoUsd) }),
    spentUsd: usdOf(row.spent_pico_usd),
    reservedUsd: usdOf(row.reserved_pico_usd),
    assumedUsd: usdOf(row.assumed_pico_usd),
    overrunUsd: usdOf(row.overrun_pico_usd),
    resetsAt: timestampFromDate(row.ends_at),
  };
}

/** Returns the limit that the organization or its plan sets for a scope; null if there is no limit. */
export function limitOf(scope: Scope, { dailyPicoUsd, monthlyPicoUsd, planPicoUsd }: Budgets): bigint | null {
  if (scope === 'organization_day') return dailyPicoUsd;
  if (scope === 'organization_month') return monthlyPicoUsd;
  return scope === 'plan' ? planPicoUsd : null;
}
