export { type AuditEntry, appendAudit, auditTopic } from './audit/append-audit.ts';
export { type AuditedRows, audited } from './audit/audit-writes.ts';
export type { ServiceBase } from './base.ts';
export {
  configReader,
  type ProcessConfig,
  portVariable,
  readPeerAddresses,
  redisUrlVariable,
  type ServiceConfig,
  statelessConfigReader,
} from './config.ts';
export {
  defineService,
  defineStatelessService,
  type Service,
  type ServiceDefinition,
  type StatefulDefinition,
} from './define-service.ts';
export { createLimiters, type Limiter, type LimiterStore, spend } from './limiters.ts';
export { runMigration } from './migrate.ts';
export {
  keptRows,
  type OrganizationTable,
  type OrganizationTables,
  ownRows,
  rowsOf,
  workRows,
} from './organization-rows/tables.ts';
export { peersWithin } from './peers-within.ts';
export type { ClientOf, Keep, ProcessBase, Shared, Stoppable } from './process-base.ts';
export { type ProcessSettings, readProcessEnv } from './process-env.ts';
export { rotateKeys } from './rotate-keys.ts';
export { runService } from './run-service.ts';
export { startSuspensions } from './suspensions/consume.ts';
export { createSuspensionsTable, isSuspended } from './suspensions/table.ts';
export { waitIfSuspended } from './suspensions/wait-if-suspended.ts';
export { overTransfers } from './transfers.ts';
