import { DomainError } from '@drippulse/errors';
import type { Authenticated } from './ports.ts';

const recentMs = 2 * 3_600_000;

/** Refuses a session whose sign-in is too long ago for a change of permissions. API keys have no sign-in. */
export function requireRecentSignIn({ signedInAt }: Authenticated, now: Date): void {
  if (signedInAt === undefined || now.getTime() - signedInAt.getTime() < recentMs) return;
  throw new DomainError(
    'permission_denied',
    'reauthentication_required',
    'Your session signed in two hours ago or earlier. Log in again to change who may do what.',
  );
}
