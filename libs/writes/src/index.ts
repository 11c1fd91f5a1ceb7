// For services.

export { durable, type Effect } from './idempotency/durable.ts';
export { eraseAnswers } from './idempotency/erase-answers.ts';
export { createIdempotencyTable } from './idempotency/table.ts';
export { type TransactOptions, transact } from './idempotency/transact.ts';
export { addRevision, setApart } from './revisions/add-revision.ts';
export { requireRevision } from './revisions/compare-revisions.ts';
export { type LockRevision, lockRevision, type RowRevisions } from './revisions/lock-revision.ts';

// For compositions of services, and for tests.

export { idempotencyPartitions } from './idempotency/table.ts';
export { compareRevisions } from './revisions/compare-revisions.ts';
export { type WatchWrite, watchWriteKey } from './watch-write.ts';
