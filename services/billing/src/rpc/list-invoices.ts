import type { HandlerContext } from '@connectrpc/connect';
import { invalidCursor } from '@drippulse/db';
import { refuseViolations } from '@drippulse/errors';
import type { ListInvoicesRequest } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { callerOf } from '@drippulse/rpc';
import type Stripe from 'stripe';
import type { Context } from '../context.ts';
import { fromSeconds } from '../customers/billing-to-proto.ts';
import { findCustomer } from '../customers/rows.ts';
import { requireStripe } from '../stripe/account.ts';
import { askStripe } from '../stripe/ask.ts';

const most = 100;

/**
 * Lists invoices. The cursor of a page is the id of its last invoice. Stripe accepts this id only in a list for the
 * customer to whom the invoice belongs.
 */
export async function listInvoices(ctx: Context, request: ListInvoicesRequest, call: HandlerContext) {
  requireStripe(ctx);
  const { organizationId, role } = callerOf(call);
  const { limit = most, cursor } = request;
  refuseViolations(limit < 1 ? [{ field: 'limit', message: 'must be at least 1', code: 'range' }] : []);
  if (cursor !== undefined && !/^in_\w{1,200}$/.test(cursor)) throw invalidCursor();
  const row = await findCustomer(ctx.db.kysely, organizationId);
  const customer = row?.stripe_customer_id ?? null;
  if (customer === null) return {};
  const page = await askStripe(ctx, (client) =>
    client.invoices.list({
      customer,
      limit: Math.min(limit, most),
      ...(cursor !== undefined && { starting_after: cursor }),
    }),
  );
  const last = page.data.at(-1);
  return {
    invoices: page.data.map((invoice) => invoiceToProto(invoice, { isAdmin: role === 'admin' })),
    ...(page.has_more && last !== undefined && { nextCursor: last.id }),
  };
}

/** Converts an invoice. Only admins see its URLs, because anybody who has a URL can open it. */
function invoiceToProto(invoice: Stripe.Invoice, { isAdmin }: { isAdmin: boolean }) {
  const { id, number, status, currency, total, amount_remaining: due, created } = invoice;
  return {
    id,
    ...(number !== null && { number }),
    status: status ?? 'draft',
    currency,
    totalCents: BigInt(total),
    amountDueCents: BigInt(due),
    createdAt: fromSeconds(created),
    ...(isAdmin && typeof invoice.hosted_invoice_url === 'string' && { url: invoice.hosted_invoice_url }),
    ...(isAdmin && typeof invoice.invoice_pdf === 'string' && { pdfUrl: invoice.invoice_pdf }),
  };
}
