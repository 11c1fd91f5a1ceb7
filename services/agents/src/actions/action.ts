import type { JsonObject } from '@drippulse/json';
import type { ProviderKey } from '@drippulse/providers';
import { z } from 'zod';

/** Kinds of effects that the runtime performs for agents. */
export type ActionEffect =
  | 'email'
  | 'crm_create_lead'
  | 'crm_update_record'
  | 'crm_create_activity'
  | 'crm_move_opportunity'
  | 'webhook_callback'
  | 'alert'
  | 'integration_action';

/** A model's query of the CRM. The query changes nothing. */
export type RecordQuery =
  | { do: 'find'; type: 'lead' | 'contact' | 'account' | 'opportunity'; query: string; limit: number }
  | { do: 'get'; type: 'lead' | 'contact' | 'account' | 'opportunity'; id: string };

/** How an action is carried out. */
export type Performance =
  | { by: 'crm'; query: RecordQuery }
  /** The runtime performs `request`, which has the same form as the rendered request of a workflow step. */
  | { by: 'runtime'; kind: ActionEffect; request: JsonObject };

/** An action of an agent, offered to its model as a tool. */
export type Action = {
  /** Name of the action in policies. */
  name: string;
  /** Description for the model, one sentence. */
  description: string;
  /** Whether the action only reads, or also changes or sends something. */
  access: 'read' | 'write';
  /** Whether the action shows the model records that were not part of the execution's input. */
  readsRecords: boolean;
  /** Integration that a policy must allow for the action; undefined for an action of the platform itself. */
  integration: ProviderKey | undefined;
  /** JSON Schema of the arguments. */
  schema: JsonObject;
  /**
   * Maps each argument that the constraint `contact` restricts to the member of the contact that the argument must
   * equal.
   */
  ofContact: Readonly<Record<string, ContactMember>>;
  /** Names of the arguments that contain recipients. */
  receivers: readonly string[];
  /**
   * Whether only an execution that belongs to a workflow enrollment may use the action, because the action contacts the
   * enrolled contact.
   */
  needsEnrollment: boolean;
  /** Reads the arguments of a call. `problem` says why the arguments were refused. */
  read(given: JsonObject): { performance: Performance } | { problem: string };
};

export type ContactMember = 'email' | 'lead_ref';

type Definition<I extends z.ZodObject> = Pick<Action, 'name' | 'description' | 'access'> &
  Partial<Pick<Action, 'readsRecords' | 'integration' | 'ofContact' | 'receivers' | 'needsEnrollment'>> & {
    input: I;
    performance(input: z.output<I>): Performance;
  };

/** Defines an action. The types of its arguments are inferred from the schema. */
export function defineAction<I extends z.ZodObject>({ input, performance, ...rest }: Definition<I>): Action {
  return {
    readsRecords: false,
    integration: undefined,
    ofContact: {},
    receivers: [],
    needsEnrollment: false,
    ...rest,
    schema: schemaOf(input),
    read(given) {
      const parsed = input.safeParse(given);
      if (parsed.success) return { performance: performance(parsed.data) };
      const issues = parsed.error.issues.slice(0, 5);
      return { problem: issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`).join('; ') };
    },
  };
}

/** Returns the schema for models, without the members that only a validator needs. */
function schemaOf(input: z.ZodObject): JsonObject {
  const schema: JsonObject = JSON.parse(JSON.stringify(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })));
  const { $schema: _dialect, ...rest } = schema;
  return rest;
}
