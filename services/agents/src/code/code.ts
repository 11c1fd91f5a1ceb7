import type { JsonObject } from '@drippulse/json';

/** Code in this service: a function of its input. */
export type BuiltInCode = {
  kind: 'built_in';
  inputSchema: string;
  outputSchema: string;
  run(input: JsonObject): JsonObject;
};

/** Code elsewhere, which is called by signed HTTP. */
export type RemoteCode = {
  kind: 'remote';
  url: string;
  /** Secret of Standard Webhooks, `whsec_…`. */
  secret: string;
  timeoutMs: number;
  inputSchema: string | null;
  outputSchema: string | null;
};

/** Code that agents of type `code` run, by its id. */
export type CodeRegistry = ReadonlyMap<string, BuiltInCode | RemoteCode>;
