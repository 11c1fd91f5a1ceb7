import type { JsonObject } from '@drippulse/json';
import type { z } from 'zod';
import type { ProviderAnswer, ProviderRequest } from './calls.ts';
import type { ProviderKey } from './names.ts';

/**
 * The effect of a repeat, if the outcome of an earlier attempt is unknown.
 *
 * - `key`: the provider creates one thing for each key, which the action sends.
 * - `upsert`, `same`: a second time changes nothing.
 * - `check`: if `mayHaveHappened`, the action looks for the earlier result, and creates one only if it finds none.
 * - `read`: it never changes anything.
 * - `none`: it would happen twice, so a person decides.
 */
export type Repeat = 'key' | 'upsert' | 'same' | 'check' | 'read' | 'none';

/** The reach of an action, which rules and approvals depend on. */
export type Reaches = 'people' | 'money' | 'deletes';

/**
 * The way in which an action that reaches people writes to them. Default: it always writes, to one person, as the class
 * of the workflow says.
 */
export type Writing = {
  /** Whether it writes to anybody with this payload. */
  when?(payload: JsonObject): boolean;
  /** Whether it may address several people at once, like an invitation. */
  toSeveral?: true;
  /**
   * Whether it answers something that the person does or has agreed to. Then it is transactional, regardless of the
   * workflow's class.
   */
  isAnswer?: true;
};

/** The context of an action besides its input. */
export type ActionPlace = {
  /** Key of the effect, the same on every repeat. Providers that accept keys get it, or one derived from it. */
  key: string;
  /** Whether an earlier attempt may have done it. */
  mayHaveHappened: boolean;
  /** Planned time of the effect, the same on every repeat. */
  plannedAt: Date;
  /** Start of this attempt. Providers forget keys, so an action may have to look for the result of an old attempt. */
  now?: Date;
  /** The connection's settings that are not secret, such as `default_channel` or `sender_email`. */
  settings: Readonly<Record<string, string>>;
  /** Names of the connection's credentials, on which its abilities may depend. */
  given: readonly string[];
};

/**
 * The requests of an action, one after the other. It receives answers that were `ok` or `done`, and throws
 * ActionRefusal for a refusal inside such an answer.
 */
export type ActionCalls = Generator<ProviderRequest, JsonObject, ProviderAnswer>;

/** An action of a provider. */
export type Action<I extends z.ZodObject = z.ZodObject> = {
  provider: ProviderKey;
  /** Name of the action in steps. */
  name: string;
  label: string;
  /** One sentence. */
  description: string;
  /** Schema of the rendered input: a strict object whose fields have descriptions. The names are the platform's. */
  input: I;
  /** Schema of the output. The names are the platform's. */
  output: z.ZodObject;
  /** Scopes that the action needs. */
  scopes: readonly string[];
  repeat: Repeat;
  reaches?: Reaches;
  /** Only for actions that reach people. */
  writing?: Writing;
  /** A valid input, for the catalog and the documentation. */
  example: z.input<I>;
  perform(input: z.output<I>, place: ActionPlace): ActionCalls;
};

/** Defines an action. The types of its input follow from the schema. */
export function defineAction<I extends z.ZodObject>(action: Action<I>): Action {
  return action as unknown as Action; // the caller of `perform` has parsed the input by `input`
}
