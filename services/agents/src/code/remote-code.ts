import { ConfigError } from '@drippulse/process';
import { z } from 'zod';
import { isJsonObject } from '../json-objects.ts';
import { schemaProblems } from '../schemas/check-schema.ts';
import type { RemoteCode } from './code.ts';
import { builtInCode } from './registry.ts';

const schema = z.record(z.string(), z.json());
const entry = z.strictObject({
  id: z.string().regex(/^[a-z0-9_]{1,64}$/, 'must have 1 to 64 of a-z, 0-9 and _'),
  url: z.url({ protocol: /^https?$/ }),
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and base64 of at least 24 bytes'),
  timeout_seconds: z.int().min(1).max(60).default(10),
  input_schema: schema.optional(),
  output_schema: schema.optional(),
});

/** Reads CODE_AGENTS, a JSON array of endpoints. Throws a ConfigError that names the problem. */
export function readRemoteCode(text: string | undefined): Map<string, RemoteCode> {
  if (text === undefined || text.trim() === '') return new Map();
  const read = z.array(entry).max(100).safeParse(parse(text));
  if (!read.success) {
    throw new ConfigError(read.error.issues.map(({ path, message }) => `CODE_AGENTS.${path.join('.')}: ${message}`));
  }
  const problems = read.data.flatMap(({ id, input_schema: input, output_schema: output }, index) => [
    ...(builtInCode.has(id) ? [`CODE_AGENTS.${index}.id: is the id of built-in code`] : []),
    ...(read.data.findIndex((other) => other.id === id) < index ? [`CODE_AGENTS.${index}.id: occurs twice`] : []),
    ...schemaFaults(input, `CODE_AGENTS.${index}.input_schema`),
    ...schemaFaults(output, `CODE_AGENTS.${index}.output_schema`),
  ]);
  if (problems.length > 0) throw new ConfigError(problems);
  return new Map(read.data.map((one) => [one.id, remoteOf(one)]));
}

function remoteOf({ url, secret, timeout_seconds, input_schema, output_schema }: z.output<typeof entry>): RemoteCode {
  return {
    kind: 'remote',
    url,
    secret,
    timeoutMs: timeout_seconds * 1000,
    inputSchema: input_schema === undefined ? null : JSON.stringify(input_schema),
    outputSchema: output_schema === undefined ? null : JSON.stringify(output_schema),
  };
}

function schemaFaults(value: z.output<typeof schema> | undefined, field: string): string[] {
  if (value === undefined || !isJsonObject(value)) return [];
  return schemaProblems(JSON.stringify(value), value, field).map(({ field: at, message }) => `${at}: ${message}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(['CODE_AGENTS: must be a JSON array']);
  }
}
