import { z } from 'zod';

/** Defines the parameter that names the member of the data in which the output is stored. */
export function saveAs(name: string) {
  return z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must be a name of letters, digits and _')
    .refine((given) => !(given in Object.prototype), { message: 'is not allowed', params: { code: 'not_allowed' } })
    .default(name)
    .describe('Name under which the output is in the data.');
}
