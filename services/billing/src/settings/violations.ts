import { isIPv4 } from 'node:net';
import type { Violation } from '@drippulse/errors';
import type { UpdateAccountBillingRequest } from '@drippulse/proto/drippulse/billing/v1/account_pb';
import { z } from 'zod';
import { addressFromProto, addressLines } from './address.ts';

const maxLine = 255;
const maxTaxId = 64;
const maxCapCents = 100_000_000n;
const email = z.email().max(254);

/** Returns the problems of new settings. */
export function settingsViolations(request: UpdateAccountBillingRequest): Violation[] {
  const { billingEmail, taxId, address, spendCapCents } = request;
  const violations: Violation[] = [];
  if (billingEmail !== undefined && !email.safeParse(billingEmail).success) {
    violations.push({ field: 'billing_email', message: 'must be a mail address', code: 'format' });
  }
  if (taxId !== undefined && (taxId.trim() === '' || taxId.length > maxTaxId)) {
    violations.push({ field: 'tax_id', message: `must have 1 to ${maxTaxId} characters`, code: 'length' });
  }
  if (spendCapCents !== undefined && (spendCapCents < 0n || spendCapCents > maxCapCents)) {
    violations.push({ field: 'spend_cap_cents', message: `must be from 0 to ${maxCapCents}`, code: 'range' });
  }
  const lines = address === undefined ? {} : addressFromProto(address);
  for (const line of addressLines) {
    const text = lines[line];
    if (text !== undefined && text.length > maxLine) {
      violations.push({
        field: `address.${line}`,
        message: `must be at most ${maxLine} characters long`,
        code: 'length',
      });
    }
  }
  if (lines.country !== undefined && !/^[A-Z]{2}$/.test(lines.country)) {
    violations.push({ field: 'address.country', message: 'must be two letters, such as DE', code: 'format' });
  }
  return violations;
}

const maxUrl = 2048;

/**
 * Returns the problems of a URL to which Stripe sends a browser back: it must use https, or be on this machine for
 * development.
 */
export function returnUrlViolations(field: string, text: string | undefined): Violation[] {
  if (text === undefined) return [];
  const url = URL.parse(text);
  const isLocal =
    url !== null && (url.hostname === 'localhost' || (isIPv4(url.hostname) && url.hostname.startsWith('127.')));
  const isRight =
    url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)) && url.username === '';
  if (isRight && text.length <= maxUrl) return [];
  return [{ field, message: `must be an https address of at most ${maxUrl} characters`, code: 'format' }];
}
