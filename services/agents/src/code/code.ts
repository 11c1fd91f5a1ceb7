import type { JsonObject } from '@drippulse/json';

/** Code that is part of this service. `run` computes the output from the input alone. */
export type BuiltInCode = {
  kind: 'built_in';
  inputSchema: string;
  outputSchema: string;
  run(input: JsonObject): JsonObject;
};

/** Code at an external endpoint, called with signed HTTP requests. */
export type RemoteCode = {
  kind: 'remote';
  url: string;
  /** Secret in the format of Standard Webhooks, `whsec_…`. */
  secret: string;
  timeoutMs: number;
  inputSchema: string | null;
  outputSchema: string | null;
};

/** The code of agents of type `code`, by id. */
export type CodeRegistry = ReadonlyMap<string, BuiltInCode | RemoteCode>;
