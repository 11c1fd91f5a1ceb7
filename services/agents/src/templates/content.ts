import type { Violation } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';
import type { CodeRegistry } from '../code/code.ts';
import { readObject } from '../json-objects.ts';
import type { Policy } from '../policies/policy.ts';
import { policyMembers, readPolicy } from '../policies/read-policy.ts';
import { readRouter } from '../routing/config.ts';
import { schemaProblems } from '../schemas/check-schema.ts';
import { readScorer } from '../scoring/config.ts';

/** The versioned members of a template. */
export type Content = {
  prompt: string | null;
  input_schema: string | null;
  output_schema: string | null;
  default_configuration: string;
  execution_policy: string;
};

/** The members of a request that create or change the content. */
export type GivenContent = {
  prompt?: string | undefined;
  inputSchema?: Uint8Array | undefined;
  outputSchema?: Uint8Array | undefined;
  defaultConfiguration?: Uint8Array | undefined;
  executionPolicy?: Parameters<typeof readPolicy>[0] | undefined;
};

const maxPrompt = 32_000;
const maxConfigurationBytes = 32 * 1024;

/** Empty content, for a new template. */
export const emptyContent: Content = {
  prompt: null,
  input_schema: null,
  output_schema: null,
  default_configuration: '{}',
  execution_policy: '{}',
};

/** Reads the content of a request. Members that are not in `present` keep their `former` value. */
export function readContent(
  given: GivenContent,
  { kind, present, former, code }: { kind: string; present: ReadonlySet<string>; former: Content; code: CodeRegistry },
): { content: Content } | { violations: Violation[] } {
  const prompt = present.has('prompt') ? (given.prompt ?? null) : former.prompt;
  const input = present.has('input_schema')
    ? readSchema(given.inputSchema, 'input_schema')
    : { text: former.input_schema };
  const output = present.has('output_schema')
    ? readSchema(given.outputSchema, 'output_schema')
    : { text: former.output_schema };
  const configuration = present.has('default_configuration')
    ? readObject(given.defaultConfiguration, { field: 'default_configuration', maxBytes: maxConfigurationBytes })
    : undefined;
  const policy = present.has('execution_policy') ? readWholePolicy(given.executionPolicy) : undefined;
  const violations = [
    ...promptProblems(prompt, kind),
    ...('violations' in input ? input.violations : []),
    ...('violations' in output ? output.violations : []),
    ...outputProblems('text' in output ? output.text : null, kind),
    ...(configuration === undefined ? [] : problemsOf(configuration, kind, code)),
    ...(configuration === undefined && former === emptyContent
      ? configurationProblems({}, kind, code, 'default_configuration')
      : []),
    ...(policy !== undefined && 'violations' in policy ? policy.violations : []),
  ];
  if (violations.length > 0 || 'violations' in input || 'violations' in output) return { violations };
  return {
    content: {
      prompt,
      input_schema: input.text,
      output_schema: output.text,
      default_configuration:
        configuration !== undefined && 'text' in configuration ? configuration.text : former.default_configuration,
      execution_policy:
        policy !== undefined && 'policy' in policy ? JSON.stringify(policy.policy) : former.execution_policy,
    },
  };
}

/**
 * Returns the violations of a configuration, by the kind of template. `path` is the request's member that contains it.
 */
export function configurationProblems(value: JsonObject, kind: string, code: CodeRegistry, path: string): Violation[] {
  if (kind === 'scorer') return violationsIn(readScorer(value, path));
  if (kind === 'router') return violationsIn(readRouter(value, path));
  if (kind !== 'code') return [];
  const { code_id: codeId } = value;
  if (typeof codeId === 'string' && code.has(codeId)) return [];
  return [
    { field: `${path}.code_id`, message: 'must be the id of registered code', code: 'enum', allowed: [...code.keys()] },
  ];
}

function problemsOf(read: ReturnType<typeof readObject>, kind: string, code: CodeRegistry): Violation[] {
  if ('violation' in read) return [read.violation];
  return configurationProblems(read.value, kind, code, 'default_configuration');
}

function violationsIn(read: object): Violation[] {
  return 'violations' in read && Array.isArray(read.violations) ? read.violations : [];
}

function readSchema(
  bytes: Uint8Array | undefined,
  field: string,
): { text: string | null } | { violations: Violation[] } {
  const isNull = bytes === undefined || bytes.length === 0 || Buffer.from(bytes).toString() === 'null';
  if (isNull) return { text: null };
  const read = readObject(bytes, { field, maxBytes: maxConfigurationBytes });
  if ('violation' in read) return { violations: [read.violation] };
  const violations = schemaProblems(read.text, read.value, field);
  return violations.length > 0 ? { violations } : { text: read.text };
}

function readWholePolicy(given: GivenContent['executionPolicy']): { policy: Policy } | { violations: Violation[] } {
  if (given === undefined) return { policy: {} };
  return readPolicy(given, { present: policyMembers, former: {}, path: 'execution_policy.' });
}

function promptProblems(prompt: string | null, kind: string): Violation[] {
  if (kind !== 'llm') {
    return prompt === null
      ? []
      : [{ field: 'prompt', message: 'is only for templates of the kind llm', code: 'not_allowed' }];
  }
  if (prompt === null || prompt.trim() === '')
    return [{ field: 'prompt', message: 'is required for the kind llm', code: 'required' }];
  return prompt.length > maxPrompt
    ? [{ field: 'prompt', message: `must be at most ${maxPrompt} characters long`, code: 'length' }]
    : [];
}

function outputProblems(schema: string | null, kind: string): Violation[] {
  if (schema === null || kind === 'llm' || kind === 'code') return [];
  return [{ field: 'output_schema', message: `is given by the kind ${kind}`, code: 'not_allowed' }];
}
