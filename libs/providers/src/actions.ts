import type { JsonObject } from '@drippulse/json';
import type { z } from 'zod';
import type { ProviderAnswer, ProviderRequest } from './calls.ts';
import type { ProviderKey } from './names.ts';

/**
 * What a repeat does, after an attempt of which nobody knows whether it was done.
 *
 * - `key`: the provider makes one thing of each key, which the action sends.
 * - `upsert`, `same`: the second time changes nothing.
 * - `check`: the action looks for what it did before, when `mayHaveHappened`, and makes it only where it finds none.
 * - `read`: it changes nothing at all.
 * - `none`: it would happen twice, so a person decides.
 */
export type Repeat = 'key' | 'upsert' | 'same' | 'check' | 'read' | 'none';

/** What an action reaches, which rules and approvals ask for. */
export type Reaches = 'people' | 'money' | 'deletes';

/**
 * How an action that reaches people writes to them. Default: to one person whatever its payload says, and as the class
 * of the workflow says.
 */
export type Writing = {
  /** Whether it writes to anybody with this payload. */
  when?(payload: JsonObject): boolean;
  /** Whether it may go to several people at once, as an invitation does. */
  toSeveral?: true;
  /**
   * Whether it answers something that the person does or has agreed to: then it is transactional, whatever the workflow
   * is.
   */
  isAnswer?: true;
};

/** What an action knows besides its input. */
export type ActionPlace = {
  /** Key of the effect, the same on every repeat. Providers that take keys get it, or one made of it. */
  key: string;
  /** Whether an earlier attempt may have done it. */
  mayHaveHappened: boolean;
  /** When it was planned, the same on every repeat. */
  plannedAt: Date;
  /** When this attempt begins: providers forget keys, so an action may have to look for what an old attempt did. */
  now?: Date;
  /** The connection's settings that are no secrets, such as `default_channel` or `sender_email`. */
  settings: Readonly<Record<string, string>>;
  /** Names of the credentials that the connection has: what it may do may follow from which they are. */
  given: readonly string[];
};

/**
 * The requests of an action, one after the other. It gets answers that were `ok` or `done`, and throws ActionRefusal
 * for a refusal inside one.
 */
export type ActionCalls = Generator<ProviderRequest, JsonObject, ProviderAnswer>;

/** One thing that a provider does. */
export type Action<I extends z.ZodObject = z.ZodObject> = {
  provider: ProviderKey;
  /** Name, as steps say it. */
  name: string;
  label: string;
  /** One sentence. */
  description: string;
  /** Its input after rendering: a strict object whose fields are described. Names are ours. */
  input: I;
  /** Its output. Names are ours. */
  output: z.ZodObject;
  /** Scopes that it needs. */
  scopes: readonly string[];
  repeat: Repeat;
  reaches?: Reaches;
  /** Only of actions that reach people. */
  writing?: Writing;
  /** An input that passes, for the catalog and the documentation. */
  example: z.input<I>;
  perform(input: z.output<I>, place: ActionPlace): ActionCalls;
};

/** Defines an action; the types of its input follow from the schema. */
export function defineAction<I extends z.ZodObject>(action: Action<I>): Action {
  return action as unknown as Action; // whoever calls `perform` has parsed the input by `input`
}
