import type { Action } from '../actions.ts';
import { cancelSubscription } from './actions/cancel-subscription.ts';
import { createCheckoutSession } from './actions/create-checkout-session.ts';
import { createCustomer } from './actions/create-customer.ts';
import { createInvoice } from './actions/create-invoice.ts';
import { createPaymentLink } from './actions/create-payment-link.ts';
import { createPromotionCode } from './actions/create-promotion-code.ts';
import { createRefund } from './actions/create-refund.ts';
import { createSubscription } from './actions/create-subscription.ts';
import { findCustomer } from './actions/find-customer.ts';
import { getCustomer } from './actions/get-customer.ts';
import { listSubscriptions } from './actions/list-subscriptions.ts';
import { updateCustomer } from './actions/update-customer.ts';
import { updateSubscription } from './actions/update-subscription.ts';

export { stripe } from './provider.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  createCustomer,
  updateCustomer,
  getCustomer,
  findCustomer,
  createCheckoutSession,
  createPaymentLink,
  createInvoice,
  createSubscription,
  updateSubscription,
  cancelSubscription,
  listSubscriptions,
  createRefund,
  createPromotionCode,
];
