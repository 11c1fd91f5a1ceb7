import type { Partitioning } from '@drippulse/db';

/** Retention of the inputs and outputs of executions: 395 days from the request. */
const textHours = 395 * 24;
/** Retention of effects. The runtime keeps the intents of its steps for the same time, and requests no older effect. */
const effectHours = 180 * 24;

export const agentPartitions: readonly Partitioning[] = [
  { table: 'execution_texts', column: 'created_at', keepHours: textHours, by: 'month' },
  { table: 'execution_steps', column: 'created_at', keepHours: textHours, by: 'month' },
  { table: 'execution_counts', column: 'hour', keepHours: textHours, by: 'month' },
  { table: 'reservations', column: 'created_at', keepHours: textHours, by: 'month' },
  { table: 'spend_counts', column: 'hour', keepHours: textHours, by: 'month' },
  { table: 'effects', column: 'planned_at', keepHours: effectHours, by: 'month' },
  { table: 'agent_logs', column: 'at', keepHours: 30 * 24 },
];
