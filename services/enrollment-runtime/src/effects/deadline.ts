import type { JsonObject } from '@drippulse/engine';
import { timeoutOf } from './callback/request.ts';
import { signingTimeoutMs } from './callback/sign.ts';
import { crmTimeoutMs } from './crm/crm-call.ts';
import { mailTimeoutMs } from './email/mailer.ts';

/** The time within which an attempt has certainly ended, whatever the other side does. */
export function effectDeadlineMs(kind: string, request: JsonObject): number {
  if (kind === 'email') return mailTimeoutMs;
  return kind === 'webhook_callback' ? signingTimeoutMs + timeoutOf(request) : crmTimeoutMs;
}
