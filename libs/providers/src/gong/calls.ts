import { z } from 'zod';

export const gongId = (help: string) =>
  z
    .string()
    .regex(/^\d{1,20}$/, 'is not an id of Gong, which has digits alone')
    .describe(help);

/** Schema of a list of objects in the form in which Gong returns them. */
export const things = z.array(z.record(z.string(), z.unknown()));
export const requestId = z.string().nullable();

export const prospects = z
  .array(z.string().min(1).max(100))
  .min(1)
  .max(200)
  .describe('Ids of contacts or leads in Salesforce or HubSpot.');
