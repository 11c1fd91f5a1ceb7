import type { JsonObject } from '@drippulse/json';
import type { z } from 'zod';
import type { ProviderAnswer, ProviderRequest } from './calls.ts';
import type { ProviderKey } from './names.ts';

/**
 * The consequence of repeating an action when the outcome of its earlier attempt is unknown.
 *
 * - `key`: the action sends a key, and the provider creates only one object for each key.
 * - `upsert`, `same`: the repeat changes nothing.
 * - `check`: if `mayHaveHappened`, the action looks for the earlier result, and acts only if it finds none.
 * - `read`: the action never changes anything.
 * - `none`: the action would happen twice, so a person decides.
 */
export type Repeat = 'key' | 'upsert' | 'same' | 'check' | 'read' | 'none';

/**
 * The kind of consequence that an action has: it writes to people, moves money or deletes something. Rules and
 * approvals depend on it.
 */
export type Reaches = 'people' | 'money' | 'deletes';

/** How an action writes to people. Default: it always writes, to one person, and the workflow's class applies to it. */
export type Writing = {
  /** Whether the action writes to anybody when it has this payload. */
  when?(payload: JsonObject): boolean;
  /** Whether the action may address several people at the same time, as an invitation does. */
  toSeveral?: true;
  /**
   * Whether the action responds to something that the person has done or has agreed to. If so, it is transactional,
   * regardless of the workflow's class.
   */
  isAnswer?: true;
};

/** The context in which an action runs, apart from its input. */
export type ActionPlace = {
  /** Key of the effect, which is equal on every repeat. Providers that accept keys get this key or a derived one. */
  key: string;
  /** Whether the outcome of an earlier attempt is unknown, so that the action may already have been done. */
  mayHaveHappened: boolean;
  /** Planned time of the effect, which is equal on every repeat. */
  plannedAt: Date;
  /**
   * Start of this attempt. Providers forget keys after some time, so an action may have to look for the result of an
   * old attempt.
   */
  now?: Date;
  /** The connection's settings that are not secret, such as `default_channel` or `sender_email`. */
  settings: Readonly<Record<string, string>>;
  /** Names of the connection's credential fields, which may determine what the connection can do. */
  given: readonly string[];
};

/**
 * Yields the requests of an action, one after the other. Receives only responses that were `ok` or `done`, and throws
 * ActionRefusal for a refusal inside such a response.
 */
export type ActionCalls = Generator<ProviderRequest, JsonObject, ProviderAnswer>;

/** An action of a provider. */
export type Action<I extends z.ZodObject = z.ZodObject> = {
  provider: ProviderKey;
  /** Name of the action in steps. */
  name: string;
  label: string;
  /** Description of the action in one sentence. */
  description: string;
  /** Schema of the rendered input: a strict object whose fields have descriptions. The names are the platform's. */
  input: I;
  /** Schema of the output. The names are the platform's. */
  output: z.ZodObject;
  /** Scopes that the action needs. */
  scopes: readonly string[];
  repeat: Repeat;
  reaches?: Reaches;
  /** How the action writes to people. Set only for actions that reach people. */
  writing?: Writing;
  /** A valid input, for the catalog and the documentation. */
  example: z.input<I>;
  perform(input: z.output<I>, place: ActionPlace): ActionCalls;
};

/** Defines an action. Its input type is inferred from the schema. */
export function defineAction<I extends z.ZodObject>(action: Action<I>): Action {
  // The input has type `I`, because the caller of `perform` parses it with the schema.
  return action as unknown as Action;
}
