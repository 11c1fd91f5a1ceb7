import type Stripe from 'stripe';
import type { Context } from '../context.ts';
import type { OperationKind, OperationResult } from './operation.ts';
import { cancel } from './performers/cancel.ts';
import { checkout } from './performers/checkout.ts';
import { portal } from './performers/portal.ts';
import { reactivate } from './performers/reactivate.ts';
import { subscribe } from './performers/subscribe.ts';
import type { Attempt } from './rows.ts';

/**
 * Performs a write to Stripe. The write may run again after any of its requests, with the same keys, so each request
 * checks the existing state or has a key of its own. Errors of Stripe are rethrown unchanged.
 */
export type Perform = (ctx: Context, client: Stripe, operation: Attempt) => Promise<OperationResult>;

/** The function that performs each kind of write. */
export const performers: Readonly<Record<OperationKind, Perform>> = {
  subscribe,
  cancel,
  reactivate,
  checkout,
  portal,
};
