export { bareBase } from './bare-base.ts';
export { editor, stranger } from './callers.ts';
export { createHarness, type HarnessOptions } from './create-harness.ts';
export { entitling } from './entitling.ts';
export { createTestKeys, type TestKeys } from './keys.ts';
export { acceptedMs, type ReferencePerformer, startReferencePerformer } from './reference-performer.ts';
export { runChild } from './run-child.ts';
export { setSuspended } from './set-suspended.ts';
export { testLogger } from './test-logger.ts';
