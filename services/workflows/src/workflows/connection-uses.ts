import { type JsonObject, parseJson } from '@drippulse/json';
import { z } from 'zod';
import { connectionOf } from './step-connections.ts';

const steps = z.array(
  z.object({
    id: z.string(),
    type: z.string(),
    config: z.looseObject({
      integration_id: z.unknown().optional(),
      connection_key: z.unknown().optional(),
      action: z.unknown().optional(),
    }),
  }),
);

/**
 * Finds the steps that use a connection. `text` contains the stored steps, which were checked when they were stored.
 */
export function usesOf(
  text: string,
  { integration, connectionKey }: { integration: string; connectionKey: string },
): { stepId: string; action: string }[] {
  return steps.parse(parseJson(text)).flatMap(({ id, type, config }) => {
    const { action } = config;
    const used = connectionOf({ type, config: config as JsonObject }); // parsed from JSON, so it has only JSON values
    if (used?.provider !== integration || used.connectionKey !== connectionKey) return [];
    return [{ stepId: id, action: typeof action === 'string' ? action : type }];
  });
}
