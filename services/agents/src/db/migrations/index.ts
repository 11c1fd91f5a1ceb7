import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-27-1100-agents.ts';
import * as builtInTemplates from './2026-11-27-1110-built-in-templates.ts';
import * as usage from './2026-11-27-1410-usage.ts';
import * as ledger from './2026-11-27-1500-ledger.ts';
import * as modelSteps from './2026-11-27-1510-model-steps.ts';
import * as training from './2026-11-27-1520-training.ts';
import * as budgetSteps from './2026-11-27-1620-budget-steps.ts';
import * as evalSets from './2026-11-27-1640-eval-sets.ts';
import * as modelConnections from './2026-11-28-0200-model-connections.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-27-1100-agents': baseline,
  '2026-11-27-1110-built-in-templates': builtInTemplates,
  '2026-11-27-1410-usage': usage,
  '2026-11-27-1500-ledger': ledger,
  '2026-11-27-1510-model-steps': modelSteps,
  '2026-11-27-1520-training': training,
  '2026-11-27-1620-budget-steps': budgetSteps,
  '2026-11-27-1640-eval-sets': evalSets,
  '2026-11-28-0200-model-connections': modelConnections,
};
