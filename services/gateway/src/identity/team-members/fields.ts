import type { Violation } from '@drippulse/errors';
import { z } from 'zod';
import { usernameProblems } from '../../usernames/username.ts';
import { lengthProblems } from '../violations.ts';

const email = z.email();
const maxEmailLength = 254;
const maxNameLength = 255;
const shortestPassword = 10;
const longestPassword = 200;

/** Fields that can be checked without other data. An absent field is not checked; null is treated as empty. */
export type MemberFields = {
  email?: string | null;
  name?: string | null;
  username?: string | null;
  password?: string | null;
};

export function memberProblems(fields: MemberFields): Violation[] {
  return [
    ...(fields.email === undefined ? [] : emailProblems(fields.email)),
    ...lengthProblems('name', fields.name, maxNameLength),
    ...(fields.username === undefined ? [] : usernameProblems(fields.username)),
    ...(fields.password === undefined ? [] : passwordProblems(fields.password)),
  ];
}

export function passwordProblems(password: string | null): Violation[] {
  if (password !== null && password.length >= shortestPassword && password.length <= longestPassword) return [];
  return [
    { field: 'password', message: `must be ${shortestPassword} to ${longestPassword} characters long`, code: 'length' },
  ];
}

function emailProblems(address: string | null): Violation[] {
  if (address !== null && address.length <= maxEmailLength && email.safeParse(address).success) return [];
  return [{ field: 'email', message: 'must be a mail address', code: 'format' }];
}
