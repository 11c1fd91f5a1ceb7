import type { Credentials, Provider } from '@drippulse/providers';
import { z } from 'zod';
import { maskCredentials } from './credentials.ts';

const stored = z.object({
  shown: z.record(z.string(), z.string()),
  warning: z.string().optional(),
});

/** Makes the masked form of credentials. It is stored when they are sealed, so that reads need not open them. */
export function makeShown(provider: Provider, credentials: Credentials): string {
  const { message } = provider.warning?.(credentials) ?? {};
  return JSON.stringify({
    shown: maskCredentials(provider, credentials),
    ...(message !== undefined && { warning: message }),
  } satisfies z.infer<typeof stored>);
}

export function shownCredentials(row: { shown_credentials: string }): z.infer<typeof stored> {
  return stored.parse(JSON.parse(row.shown_credentials));
}
