export { bareBase } from './bare-base.ts';
export { editor, stranger } from './callers.ts';
export { createHarness, type HarnessOptions } from './create-harness.ts';
export { createTestKeys, type TestKeys, testLogger } from './environment.ts';
export { runChild } from './run-child.ts';
