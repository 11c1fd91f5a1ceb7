import type { JsonObject } from '@drippulse/json';

/** A step as stored, with all parameters in `config`. */
export type Step = { id: string; type: string; name: string; position: number; config: JsonObject };
