import type { JsonObject, JsonValue } from '@drippulse/json';
import type { z } from 'zod';
import type { EffectKind, EffectResult } from '../run.ts';
import type { Scope } from '../templates/scope.ts';

/** What a step decided. Without `next` the following step is next. */
export type Outcome =
  | { kind: 'done'; message: string; output?: JsonObject; next?: number }
  | { kind: 'skipped'; reason: string }
  | { kind: 'wait'; until: number; span: string }
  | { kind: 'effect'; request: JsonObject }
  | { kind: 'end'; status: 'completed' | 'failed' | 'cancelled'; message: string; error?: string };

/** A step compiled for its place in one workflow. Throws StepFailure when it can't run with this data. */
export type RunStep = (scope: Scope) => Outcome;

/** Where a step may go: the key of its config that says so (none for the following step) and what it says. */
export type Exit = { key?: string; target: string };

/** The place a step is compiled for. */
export type Place = { workflowId: string; stepId: string; resolve(target: string): number };

/** How an effect's failures are dealt with. `onError` is `fail`, `continue` or a step id. */
export type EffectPolicy = { onError: string; maxAttempts: number; backoffSeconds: number };

/** What stands for an effect in runs that must not have it, and what it would have carried. */
export type StubbedEffect = { preview: string; result: EffectResult };
export type EffectStub = (request: JsonObject) => StubbedEffect;

/** A config that was read and found valid. */
export type BoundStep = {
  exits: readonly Exit[];
  policy: EffectPolicy | undefined;
  compile(place: Place): RunStep;
};

/** One thing wrong in a config: path below `config` and the rest of the sentence. */
export type ConfigProblem = { path: readonly PropertyKey[]; message: string };

/** What a step type consists of. A new one is a file that calls `defineStep` and a line in `registry.ts`. */
export type StepDefinition<Schema extends z.ZodType> = {
  type: string;
  label: string;
  category: 'trigger' | 'logic' | 'data' | 'action';
  description: string;
  /** Keys the step adds to the data. */
  outputs?: readonly string[];
  /** Reads `config`; each member described for the catalog. Unknown members are kept. */
  config: Schema;
  example: { name: string; config: JsonObject };
  /** Whether runs stop here for a time, so that a loop through it does not spin. */
  waits?: boolean;
  /** Only the following step unless given. */
  exits?(config: z.output<Schema>): readonly Exit[];
  compile(config: z.output<Schema>, place: Place): RunStep;
  /** Present for steps that reach outside the platform. */
  effect?: { kind: EffectKind; policy(config: z.output<Schema>): EffectPolicy; stub: EffectStub };
};

/** A step type without the type of its config. */
export type StepType = Omit<StepDefinition<z.ZodType>, 'exits' | 'compile' | 'effect'> & {
  effect: { kind: EffectKind; stub: EffectStub } | undefined;
  read(config: JsonObject): { bound: BoundStep } | { problems: ConfigProblem[] };
};

/** One parameter of a step for the catalog. */
export type StepField = {
  name: string;
  type: string;
  required: boolean;
  default?: JsonValue;
  options: string[];
  help: string;
};
