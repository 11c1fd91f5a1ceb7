import type { Clients } from '../../context.ts';

/** Deadline of the request for a signature. */
export const signingTimeoutMs = 5_000;

/**
 * Builds the headers of Standard Webhooks 1.0.0. The message id is the effect's key, so receivers can recognize
 * repeats.
 */
export async function signatureHeaders(
  signing: Clients['signing'],
  message: { organizationId: bigint; webhookId: bigint; id: string; body: string; at: Date },
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const { organizationId, webhookId, id, body, at } = message;
  const timestampSeconds = BigInt(Math.floor(at.getTime() / 1000));
  const client = signing({
    organizationId,
    actor: { type: 'service', id: 'enrollment-runtime' },
    role: 'admin',
    mode: 'live',
  });
  const request = { webhookId, messageId: id, timestampSeconds, body: new TextEncoder().encode(body) };
  const { signature } = await client.signPayload(request, { timeoutMs: signingTimeoutMs, signal });
  return { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds), 'webhook-signature': signature };
}
