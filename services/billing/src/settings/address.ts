import type { BillingAddress } from '@drippulse/proto/drippulse/billing/v1/account_pb';
import { z } from 'zod';

/** The lines of a postal address, under their names at Stripe and in the stored form. */
export const addressLines = ['line1', 'line2', 'city', 'postal_code', 'state', 'country'] as const;

const schema = z.object({
  line1: z.string().optional(),
  line2: z.string().optional(),
  city: z.string().optional(),
  postal_code: z.string().optional(),
  state: z.string().optional(),
  country: z.string().optional(),
});

export type StoredAddress = z.infer<typeof schema>;

export function readAddress(text: string | null): StoredAddress | null {
  return text === null ? null : schema.parse(JSON.parse(text));
}

export function addressFromProto(address: BillingAddress): StoredAddress {
  const { line1, line2, city, postalCode, state, country } = address;
  return {
    ...(line1 !== undefined && { line1 }),
    ...(line2 !== undefined && { line2 }),
    ...(city !== undefined && { city }),
    ...(postalCode !== undefined && { postal_code: postalCode }),
    ...(state !== undefined && { state }),
    ...(country !== undefined && { country: country.toUpperCase() }),
  };
}

export function addressToProto({ postal_code: postalCode, ...lines }: StoredAddress) {
  return { ...lines, ...(postalCode !== undefined && { postalCode }) };
}
