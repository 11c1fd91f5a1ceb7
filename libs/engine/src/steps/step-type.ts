import type { Violation } from '@drippulse/errors';
import type { JsonObject, JsonValue } from '@drippulse/json';
import type { z } from 'zod';
import type { EffectKind, EffectResult, ParkKind } from '../run.ts';
import type { Place as PlaceInConfig } from '../template-places.ts';
import type { Compiling } from '../templates/compiling.ts';
import type { Scope } from '../templates/scope.ts';

/** The outcome of a step. An outcome without `next` leads to the following step. */
export type Outcome =
  | { kind: 'done'; message: string; output?: JsonObject; next?: number; variant?: string }
  | { kind: 'skipped'; reason: string }
  | { kind: 'wait'; until: number; span: string }
  | { kind: 'effect'; request: JsonObject }
  | { kind: 'park'; until: number; request: JsonObject; message: string }
  | { kind: 'end'; status: 'completed' | 'failed' | 'cancelled'; message: string; error?: string };

/** A compiled step at its place in one workflow. Throws StepFailure if it cannot run with this data. */
export type RunStep = (scope: Scope) => Outcome;

/** A possible successor of a step: the key in the step's config (absent for the following step) and the target. */
export type Exit = { key?: string; target: string };

/** The place of a step in its workflow, and the object that counts the costs of compiling it. */
export type Place = {
  workflowId: string;
  stepId: string;
  resolve(target: string): number;
  compiling: Compiling;
};

/** The handling of an effect's failures. `onError` is `fail`, `continue` or a step id. */
export type EffectPolicy = { onError: string; maxAttempts: number; backoffSeconds: number };

/** The result that stands for an effect's result in test runs, and a preview of the effect's content. */
export type StubbedEffect = { preview: string; result: EffectResult };
export type EffectStub = (request: JsonObject, connection?: StepConnection) => StubbedEffect;

/** Whether a live run could use the connection that a step names. If not, `unusable` is the reason. */
export type StepConnection = 'usable' | { unusable: string };

/** The effect of a step. `shows` are the members of its request, without secrets, for people who decide about it. */
export type EffectOfStep = { kind: EffectKind; stub: EffectStub; shows: readonly string[] };

/**
 * How a step parks: the kind of parking, the result that applies if nothing has settled the parking by its end, and the
 * result in test runs. If `previews` is the key of an exit, the request shows under `preview.effect` the effect of the
 * step at that exit.
 */
export type Parks = {
  kind: ParkKind;
  expired: Extract<EffectResult, { outcome: 'succeeded' }>;
  stub: EffectStub;
  previews?: string;
};

/** A valid config, bound to its step type. */
export type BoundStep = {
  exits: readonly Exit[];
  policy: EffectPolicy | undefined;
  compile(place: Place): RunStep;
};

/** A service that performs effects and that an installation may lack. */
export type Requirement = 'agents' | 'integrations';

/** One problem of a config: the path within `config`, and the sentence without its subject. */
export type ConfigProblem = Omit<Violation, 'field'> & { path: readonly PropertyKey[] };

/** The definition of a step type. A new step type is a file that calls `defineStep` and a line in `registry.ts`. */
export type StepDefinition<Schema extends z.ZodType> = {
  type: string;
  label: string;
  category: 'trigger' | 'logic' | 'data' | 'action';
  description: string;
  /** The service that the step needs in live runs, if some installations lack it. */
  requires?: Requirement;
  /** Keys that the step adds to the data. */
  outputs?: readonly string[];
  /** Schema of `config`, with a description of each member for the catalog. Keeps unknown members. */
  config: Schema;
  example: { name: string; config: JsonObject };
  /** Whether runs wait at the step. A loop is allowed only if it contains such a step, so that it does not spin. */
  waits?: boolean;
  /** Returns the possible successors. Default: the following step. */
  exits?(config: z.output<Schema>): readonly Exit[];
  compile(config: z.output<Schema>, place: Place): RunStep;
  /** Only for steps with an effect. */
  effect?: EffectOfStep & { policy(config: z.output<Schema>): EffectPolicy };
  /** Only for steps that park. */
  parks?: Parks;
};

/** A step type whose config type is hidden, so that all step types have one TypeScript type. */
export type StepType = Omit<StepDefinition<z.ZodType>, 'exits' | 'compile' | 'effect'> & {
  effect: EffectOfStep | undefined;
  /** The parameters as the catalog lists them. */
  parameters: readonly string[];
  /** Finds the places in a config that must be checked in addition to its form; see `checkPlaces`. */
  placesOf(config: JsonObject): PlaceInConfig[];
  /** Reads a config, and checks only its form. */
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
