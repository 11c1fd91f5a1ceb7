// For services: steps, their catalog and test runs.

export { type StepTypeInfo, stepTypes } from './catalog.ts';
export { fixtureProfile, fixtures, testData } from './fixtures.ts';
export { readSteps } from './reading/read-steps.ts';
export { scheduleOf } from './scheduled-trigger.ts';
export type { Step } from './step.ts';
export { type CrmSelection, readCrmSelection } from './steps/crm-selection.ts';
export type { StepField } from './steps/step-type.ts';
export { type TestRun, type TestStep, testRun } from './test-run.ts';
export { nextTick, type Schedule } from './time/schedule.ts';

// For services: live runs. No other library uses the engine.

export type { JsonObject, JsonValue } from '@drippulse/json';
export { advance } from './advance.ts';
export { contactKeyOf } from './contact-key.ts';
export { type CompiledStep, compileDefinition, type Definition } from './definition.ts';
export { eventFilterOf, type Verdict } from './event-filter.ts';
export { type EventTrigger, eventTriggerOf } from './event-trigger.ts';
export { retryStep } from './retry-step.ts';
export type { Advance, Effect, EffectKind, EffectResult, Entry, Run, RunState } from './run.ts';
export { settleEffect } from './settle-effect.ts';
export { startRun } from './start-run.ts';
export { stubEffect } from './stub-effect.ts';
