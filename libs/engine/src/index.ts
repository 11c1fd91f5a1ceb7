// For services: steps, their catalog and test runs.

export { type StepTypeInfo, stepTypes } from './catalog.ts';
export { withDefaults } from './defaults.ts';
export { fixtureProfile, fixtures, testData } from './fixtures.ts';
export { readEventFilter } from './reading/read-event-filter.ts';
export { activeProblems, readSteps, readStepsInTurns } from './reading/read-steps.ts';
export { renderEffectInTurns } from './render-effect.ts';
export { scheduleOf } from './scheduled-trigger.ts';
export { checkSettingsInTurns, readSettings } from './settings/read-settings.ts';
export { defaultClass, defaultPriority, type Settings } from './settings/settings.ts';
export type { Step } from './step.ts';
export { type CrmSelection, readCrmSelection } from './steps/crm-selection.ts';
export { resolveIntegration } from './steps/integrations.ts';
export type { StepField } from './steps/step-type.ts';
export {
  type TemplateFeature,
  templateFilters,
  templateOperators,
  templateTags,
} from './templates/reference.ts';
export { type Rendered, type RenderInput, renderInTurns, renderOnce } from './templates/render-once.ts';
export { type TestRun, type TestStep, testRun, testRunInTurns } from './test-run.ts';
export { nextTick, type Schedule } from './time/schedule.ts';

// For services: live runs. No other library uses the engine.

export type { JsonObject, JsonValue } from '@drippulse/json';
export { advance, advanceInTurns } from './advance.ts';
export { type ContactLedger, type Decision, decideSend } from './arbiter/decide.ts';
export { haveCompetition, noRules, type SendClass, type SendingRules } from './arbiter/rules.ts';
export { type AskedSend, goesBefore, type PlacedSend, type PlannedSend } from './arbiter/sends.ts';
export { takeSlot } from './arbiter/throughput.ts';
export { awaitedNamesOf } from './awaited-names.ts';
export { contactKeyOf } from './contact-key.ts';
export { type CompiledStep, compileDefinition, type Definition } from './definition.ts';
export { keyHash, renderEntryKey } from './entry/entry-key.ts';
export { type Arrival, type EntryVerdict, judgeEntries } from './entry/judge-entries.ts';
export type { PastEntries, ReEntryRule } from './entry/re-entry.ts';
export { type EventFilter, eventFilterOf, eventMatchOf, type Verdict } from './event-filter.ts';
export { type EventTrigger, triggeringEventOf } from './event-trigger.ts';
export { type CompiledGoal, watchedUntil } from './goals/compile-goals.ts';
export { goalLine, goalLinePattern } from './goals/goal-line.ts';
export { type GoalEvent, goalsOfEvent } from './goals/goals-of-event.ts';
export { outcomeOfGoal } from './meet-goals.ts';
export { turnUnits } from './meter.ts';
export { retryStep } from './retry-step.ts';
export type {
  Advance,
  Effect,
  EffectKind,
  EffectResult,
  Entry,
  GoalState,
  HeldBy,
  Parked,
  ParkKind,
  Run,
  RunState,
  SendingKind,
} from './run.ts';
export { settleEffect, settleInTurns, skippedForGoal } from './settle-effect.ts';
export { startRun } from './start-run.ts';
export type { Requirement } from './steps/step-type.ts';
export { stubEffect } from './stub-effect.ts';
