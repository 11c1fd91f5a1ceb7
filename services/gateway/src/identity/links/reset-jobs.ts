import { z } from 'zod';

/** The kind of job that sends links for new passwords by mail. */
export const resetJobs = 'password-reset';

const inputSchema = z.object({ email: z.string() });

/** Creates a job that belongs to no organization, because the owner of the address has not been looked up yet. */
export function resetJob(email: string) {
  const input: z.infer<typeof inputSchema> = { email };
  return { organizationId: 0n, kind: resetJobs, input: JSON.stringify(input), total: 1n };
}

export function readResetJob(input: string): { email: string } {
  return inputSchema.parse(JSON.parse(input));
}
