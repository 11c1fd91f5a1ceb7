import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { type ActionPlace, defineAction } from '../../actions.ts';
import { amountOf, given, objectOf, textOf } from '../../answers/reading.ts';
import { type ProviderAnswer, type ProviderRequest, pathOf } from '../../calls.ts';
import { ActionRefusal } from '../../outcomes.ts';
import { line } from '../../requests/fields.ts';
import { findMade, marked, since } from '../made.ts';
import { currency, idOf, money, post } from '../requests.ts';

const inputSchema = z.strictObject({
  customer_id: idOf('cus', 'Customer who gets the invoice.'),
  amount: money('Amount.'),
  currency,
  description: line('What it is for.').optional(),
  days_until_due: z.int().min(0).max(365).default(30).describe('Days until it is due.'),
  send: z.boolean().default(true).describe('Whether Stripe mails it to the customer.'),
});

export const createInvoice = defineAction({
  provider: 'stripe',
  name: 'create_invoice',
  label: 'Create invoice',
  description: 'Makes an invoice of one item, finalizes it, and has Stripe mail it.',
  input: inputSchema,
  output: z.object({
    invoice_id: z.string(),
    status: z.string().optional(),
    number: z.string().optional(),
    hosted_invoice_url: z.string().optional(),
    invoice_pdf: z.string().optional(),
  }),
  scopes: [],
  repeat: 'key', // each of the four calls has its own key, so a repeat continues after the last call that was done
  reaches: 'money',
  example: {
    customer_id: 'cus_Nff7xUuG9a2b3c',
    amount: 4900,
    currency: 'eur',
    description: 'Onboarding',
    days_until_due: 14,
  },
  *perform(input, place) {
    const { invoice, isOld } = yield* draft(input, place);
    const id = textOf(invoice['id']) ?? '';
    // Stripe has forgotten the keys of an old draft. The draft's total shows whether the item was added.
    if (!isOld || (invoice['status'] === 'draft' && amountOf(invoice['total']) === 0)) yield item(id, input, place);
    let latest = invoice;
    if (!isOld || invoice['status'] === 'draft')
      latest = objectOf(
        (yield post(pathOf`/v1/invoices/${id}/finalize`, { auto_advance: false }, place, 'finalize')).body,
      );
    else if (input.send) throw new ActionRefusal({ class: 'unknown', problem: maybeSent(id) });
    if (input.send) latest = objectOf((yield post(pathOf`/v1/invoices/${id}/send`, {}, place, 'send')).body);
    const { status, number, hosted_invoice_url, invoice_pdf } = latest;
    return given({
      invoice_id: id,
      status: textOf(status),
      number: textOf(number),
      hosted_invoice_url: textOf(hosted_invoice_url),
      invoice_pdf: textOf(invoice_pdf),
    });
  },
});

type Input = z.output<typeof inputSchema>;

function* draft(
  input: Input,
  place: ActionPlace,
): Generator<ProviderRequest, { invoice: JsonObject; isOld: boolean }, ProviderAnswer> {
  const old = yield* findMade('/v1/invoices', { customer: input.customer_id, ...since(place) }, place);
  if (old !== undefined) return { invoice: old, isOld: true };
  const parameters = {
    customer: input.customer_id,
    currency: input.currency.toLowerCase(),
    collection_method: 'send_invoice',
    days_until_due: input.days_until_due,
    auto_advance: false,
    // This setting keeps the customer's pending items out of the invoice.
    pending_invoice_items_behavior: 'exclude',
    metadata: marked(undefined, place),
  };
  return { invoice: objectOf((yield post('/v1/invoices', parameters, place, 'invoice')).body), isOld: false };
}

function item(invoice: string, input: Input, place: ActionPlace): ProviderRequest {
  const { customer_id: customer, amount, currency: code, description } = input;
  return post(
    '/v1/invoiceitems',
    { customer, invoice, amount, currency: code.toLowerCase(), description },
    place,
    'item:1',
  );
}

function maybeSent(id: string) {
  return {
    code: 'key_expired',
    message: `Invoice ${id} is finalized. Stripe has forgotten whether an earlier attempt mailed it: look there before you send it again.`,
  };
}
