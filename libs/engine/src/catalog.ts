import type { JsonObject, JsonValue } from '@drippulse/json';
import { z } from 'zod';
import { objectOf } from './json-value.ts';
import { registry } from './steps/registry.ts';
import type { Requirement, StepField, StepType } from './steps/step-type.ts';

/** A step type in the response of `GET /workflows/step_types`. */
export type StepTypeInfo = {
  type: string;
  label: string;
  category: string;
  description: string;
  /** JSON Schema (2020-12) of `config`. */
  configSchema: JsonObject;
  fields: StepField[];
  outputs: readonly string[];
  sideEffects: boolean;
  /** The service that the step needs in a live run, if some installations lack it. */
  requires: Requirement | undefined;
  /** A complete, valid step. */
  example: JsonObject;
};

/** The step catalog. */
export const stepTypes: readonly StepTypeInfo[] = registry.map(describeStepType);

function describeStepType(stepType: StepType): StepTypeInfo {
  const configSchema = schemaOf(stepType);
  return {
    type: stepType.type,
    label: stepType.label,
    category: stepType.category,
    description: stepType.description,
    configSchema,
    fields: fieldsOf(configSchema),
    outputs: stepType.outputs ?? [],
    sideEffects: stepType.effect !== undefined,
    requires: stepType.requires,
    example: { type: stepType.type, ...stepType.example },
  };
}

function schemaOf(stepType: StepType): JsonObject {
  // Writing the schema as JSON text and parsing it reduces zod's object to plain JSON.
  const schema = z.toJSONSchema(stepType.config, {
    io: 'input',
    unrepresentable: 'any',
    // Zod omits the defaults of parameters with preprocessed input, such as words that are accepted in any letter case.
    override({ zodSchema, jsonSchema }) {
      if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
    },
  });
  return JSON.parse(JSON.stringify(schema));
}

function fieldsOf(schema: JsonObject): StepField[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = objectOf(schema['properties']) ?? {};
  return Object.entries(properties).map(([name, property]) => fieldOf(name, property, required.includes(name)));
}

function fieldOf(name: string, property: JsonValue, required: boolean): StepField {
  const schema = objectOf(property) ?? {};
  const options = Array.isArray(schema['enum']) ? schema['enum'].map(String) : [];
  const help = typeof schema['description'] === 'string' ? schema['description'] : '';
  return { name, type: typeOf(schema), required, default: schema['default'] ?? undefined, options, help };
}

/**
 * Returns the JSON type. If a schema has several alternatives, the last one is used: where templates are also accepted,
 * it describes the value itself.
 */
function typeOf(schema: JsonObject): string {
  if (schema['format'] === 'template') return 'template';
  if (typeof schema['type'] === 'string') return schema['type'];
  const last = objectOf(Array.isArray(schema['anyOf']) ? schema['anyOf'].at(-1) : undefined);
  return last ? typeOf(last) : 'any';
}
