import type Stripe from 'stripe';
import { readAddress } from './address.ts';
import type { SettingsRow } from './rows.ts';

/**
 * Converts the settings to the members of Stripe's customer. An empty setting clears the member at Stripe. The tax
 * number is printed on invoices unchanged.
 */
export function customerParams(
  settings: SettingsRow | undefined,
): Stripe.CustomerCreateParams & Stripe.CustomerUpdateParams {
  const address = readAddress(settings?.address ?? null);
  const taxId = settings?.tax_id ?? null;
  return {
    ...(settings && { email: settings.billing_email ?? '', address: address ?? '' }),
    ...(settings && {
      invoice_settings: { custom_fields: taxId === null ? '' : [{ name: 'Tax ID', value: taxId }] },
    }),
  };
}
