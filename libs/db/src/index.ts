// For services. COPY has its own entry point, @drippulse/db/copy.

export type { Database } from './connection/connect.ts';
export { type Envelope, openEnvelope, rewrapEnvelope, sealEnvelope } from './envelope.ts';
export { isInfrastructureError, isTransactionConflict } from './failures/failures.ts';
export { type JobSlice, startJobLoop, type WriteSlice } from './jobs/loop.ts';
export {
  addJob,
  cancelJob,
  findJob,
  JobLost,
  type JobRow,
  type JobStatus,
  keepJob,
  wakeJob,
  wakeJobs,
} from './jobs/rows.ts';
export { createJobsTable } from './jobs/table.ts';
export { countUpTo, type RowCount } from './lists/count.ts';
export { type CreatedFilters, createdConditions, readCreatedRange } from './lists/created-range.ts';
export { type CursorColumn, encodeCursor } from './lists/cursor.ts';
export { cutPage, invalidCursor, type Page, type PageRequest, pageTotals, readPage } from './lists/page.ts';
export { type ListWindow, type Paging, readList } from './lists/read-list.ts';
export { type IdRange, idConditions, idsWithin, type RowFilters, rowConditions } from './lists/row-filters.ts';
export { migrateByEnvironment } from './migrations/migrate-by-environment.ts';
export { createPartitions, maintainPartitions, type Partitioning } from './partitions/partitions.ts';
export { readForAll } from './reading/reading.ts';
export type { Sealer } from './sealer.ts';
export type { SealedColumn } from './sealing/reseal-column.ts';
export { CallFirst, withCalls } from './transactions/call-first.ts';
export { databaseNow } from './transactions/now.ts';
export { readSnapshot } from './transactions/read-snapshot.ts';
export { retryConflicts } from './transactions/retry-conflicts.ts';

// For other libs, for compositions of services, and for tests.

export { connectDatabase, type DatabaseLog } from './connection/connect.ts';
export { databaseInterceptor } from './failures/database-interceptor.ts';
export { migrate } from './migrations/migrate.ts';
export { provisionSchema } from './migrations/provision.ts';
export { startPartitionLoop } from './partitions/partition-loop.ts';
export { readWithin, TooManyBytes } from './reading/reading.ts';
export { createSealer } from './sealer.ts';
export { type Resealed, resealColumn } from './sealing/reseal-column.ts';
export { unsynced } from './transactions/unsynced.ts';
