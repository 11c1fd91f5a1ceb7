// For services.
export { connectDatabase, type Database, type DatabaseLog } from './connection/connect.ts';
export { databaseInterceptor } from './failures/database-interceptor.ts';
export { isInfrastructureError } from './failures/failures.ts';
export { durable, type Effect } from './idempotency/durable.ts';
export { createIdempotencyTable, idempotencyPartitions } from './idempotency/table.ts';
export { type TransactOptions, transact } from './idempotency/transact.ts';
export { type JobSlice, startJobLoop, type WriteSlice } from './jobs/loop.ts';
export { addJob, cancelJob, findJob, type JobRow, type JobStatus } from './jobs/rows.ts';
export { createJobsTable } from './jobs/table.ts';
export { countUpTo, type RowCount } from './lists/count.ts';
export { type CursorColumn, encodeCursor } from './lists/cursor.ts';
export { cutPage, type Page, type PageRequest, pageTotals, readPage } from './lists/page.ts';
export { type ListWindow, type Paging, readList } from './lists/read-list.ts';
export { buildIndex } from './migrations/build-index.ts';
// For other libs, tests, and what puts services together.
export { migrate } from './migrations/migrate.ts';
export { migrateByEnvironment } from './migrations/migrate-by-environment.ts';
export { provisionSchema } from './migrations/provision.ts';
export { startPartitionLoop } from './partitions/partition-loop.ts';
export { createPartitions, maintainPartitions, type Partitioning } from './partitions/partitions.ts';
export { createSealer, type Sealer } from './sealer.ts';
export { databaseNow } from './transactions/now.ts';
export { readSnapshot } from './transactions/read-snapshot.ts';
export { unsynced } from './transactions/unsynced.ts';
