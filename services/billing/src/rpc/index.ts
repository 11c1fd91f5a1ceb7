import type { ServiceImpl } from '@connectrpc/connect';
import { AccountBillingService } from '@drippulse/proto/drippulse/billing/v1/account_pb';
import { BillingService } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { StripeHooksService } from '@drippulse/proto/drippulse/billing/v1/stripe_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { getAccountBilling } from './get-account-billing.ts';
import { getBilling } from './get-billing.ts';
import { listInvoices } from './list-invoices.ts';
import { listPaymentMethods } from './list-payment-methods.ts';
import { openPortal } from './open-portal.ts';
import { reactivateSubscription } from './reactivate-subscription.ts';
import { receiveStripeEvent } from './receive-stripe-event.ts';
import { startCheckout } from './start-checkout.ts';
import { subscribe } from './subscribe.ts';
import { updateAccountBilling } from './update-account-billing.ts';

export function routesOf(ctx: Context): Routes {
  return (router) => {
    router.service(BillingService, {
      getBilling: (request, call) => getBilling(ctx, request, call),
      subscribe: (request, call) => subscribe(ctx, request, call),
      cancelSubscription: (request, call) => cancelSubscription(ctx, request, call),
      reactivateSubscription: (request, call) => reactivateSubscription(ctx, request, call),
      startCheckout: (request, call) => startCheckout(ctx, request, call),
      openPortal: (request, call) => openPortal(ctx, request, call),
      listPaymentMethods: (request, call) => listPaymentMethods(ctx, request, call),
      listInvoices: (request, call) => listInvoices(ctx, request, call),
    } satisfies ServiceImpl<typeof BillingService>);
    router.service(AccountBillingService, {
      getAccountBilling: (request, call) => getAccountBilling(ctx, request, call),
      updateAccountBilling: (request, call) => updateAccountBilling(ctx, request, call),
    } satisfies ServiceImpl<typeof AccountBillingService>);
    router.service(StripeHooksService, {
      receiveStripeEvent: (request, call) => receiveStripeEvent(ctx, request, call),
    } satisfies ServiceImpl<typeof StripeHooksService>);
  };
}
