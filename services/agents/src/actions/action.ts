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

/** What a model asks the CRM for. Nothing changes by it. */
export type RecordQuery =
  | { do: 'find'; type: 'lead' | 'contact' | 'account' | 'opportunity'; query: string; limit: number }
  | { do: 'get'; type: 'lead' | 'contact' | 'account' | 'opportunity'; id: string };

/** How an action is carried out. */
export type Performance =
  | { by: 'crm'; query: RecordQuery }
  /** `request` is what a step of a workflow would have rendered. */
  | { by: 'runtime'; kind: ActionEffect; request: JsonObject };

/** Something that an agent may do, which is a tool of its model. */
export type Action = {
  /** Name, as policies say it. */
  name: string;
  /** One sentence, for the model. */
  description: string;
  /** Whether it changes or sends anything. */
  access: 'read' | 'write';
  /** Whether it shows records that the execution did not begin with. */
  readsRecords: boolean;
  /** Integration that a policy has to allow for it; undefined for what the platform does by itself. */
  integration: ProviderKey | undefined;
  /** JSON Schema of its arguments. */
  schema: JsonObject;
  /** The member of the contact that an argument is, with the constraint `contact`. */
  ofContact: Readonly<Record<string, ContactMember>>;
  /** Arguments that name whom it reaches. */
  receivers: readonly string[];
  /** Whether it needs the enrollment of a workflow, whose contact it reaches. */
  needsEnrollment: boolean;
  /** Reads arguments, or says what is wrong with them. */
  read(given: JsonObject): { performance: Performance } | { problem: string };
};

export type ContactMember = 'email' | 'lead_ref';

type Definition<I extends z.ZodObject> = Pick<Action, 'name' | 'description' | 'access'> &
  Partial<Pick<Action, 'readsRecords' | 'integration' | 'ofContact' | 'receivers' | 'needsEnrollment'>> & {
    input: I;
    performance(input: z.output<I>): Performance;
  };

/** Defines an action; the types of its arguments follow from the schema. */
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

/** The schema as models get it, without what only a validator needs. */
function schemaOf(input: z.ZodObject): JsonObject {
  const schema: JsonObject = JSON.parse(JSON.stringify(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })));
  const { $schema: _dialect, ...rest } = schema;
  return rest;
}
