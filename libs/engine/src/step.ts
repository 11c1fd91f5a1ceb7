import type { JsonObject } from '@drippulse/json';

/** A step as it is stored: everything it needs is in `config`. */
export type Step = { id: string; type: string; name: string; position: number; config: JsonObject };
