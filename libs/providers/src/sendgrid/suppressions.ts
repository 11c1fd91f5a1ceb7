import { z } from 'zod';
import type { ProviderRequest } from '../calls.ts';

export const suppressedOutput = z.object({ email: z.string() });
export const groupField = z.number().int().min(1).describe('Id of the unsubscribe group.');

export function suppress(path: string, email: string): ProviderRequest {
  return { host: 'api', method: 'POST', path, body: { json: { recipient_emails: [email] } } };
}
