import type { Violation } from '@drippulse/errors';
import { z } from 'zod';

const longest = 255;
const allowed = /^[A-Za-z0-9._@+-]+$/;
const address = z.email();

/**
 * Returns a user name as it is stored, looked up and counted by limits: in lower case, without surrounding white space.
 * A login may send any name. A name that is too long belongs to nobody and is truncated, because it may come from a
 * stranger.
 */
export function usernameOf(text: string): string {
  return text
    .slice(0, longest + 1)
    .trim()
    .toLowerCase();
}

/** Returns the violations of a chosen user name. */
export function usernameProblems(text: string | null | undefined): Violation[] {
  const name = (text ?? '').trim();
  if (name === '') return [{ field: 'username', message: 'must not be empty', code: 'required' }];
  if (name.length > longest) {
    return [{ field: 'username', message: `must be at most ${longest} characters long`, code: 'length' }];
  }
  if (allowed.test(name) || address.safeParse(name).success) return [];
  const message = 'may have letters from a to z, digits and . _ @ + -, or be a mail address';
  return [{ field: 'username', message, code: 'format' }];
}
