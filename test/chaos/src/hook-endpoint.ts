import { type Answer, startReceiver } from '@drippulse/testing';
import { Webhook } from 'standardwebhooks';
import { chanceOf } from './random.ts';

/** A request to a webhook as received. If the signature is wrong, `problem` is the reason. */
export type HookReceipt = { path: string; id: string; body: string; problem: string | undefined };

/** The receiver of webhooks; `secrets` are the webhooks' secrets by path. */
export type HookEndpoint = {
  url: string;
  secrets: Map<string, string>;
  receipts: HookReceipt[];
  stop(): Promise<void>;
};

/**
 * Starts the receiver. Its response to an attempt depends on seed, path and number of attempts. The webhook that is
 * gone always gets 410.
 */
export async function startHookEndpoint(seed: number): Promise<HookEndpoint> {
  const secrets = new Map<string, string>();
  const receipts: HookReceipt[] = [];
  const receiver = await startReceiver({
    answer({ url: path, headers, body }, index) {
      const text = body.toString();
      const problem = problemOf(secrets.get(path) ?? '', text, headers);
      receipts.push({ path, id: headers['webhook-id'] ?? '', body: text, problem });
      receiver.clear();
      if (path.endsWith('/gone')) return { status: 410 };
      return answerTo(chanceOf(seed, `${path} ${index}`));
    },
  });
  return { url: receiver.url, secrets, receipts, stop: () => receiver.stop() };
}

function problemOf(secret: string, body: string, headers: Record<string, string>): string | undefined {
  try {
    new Webhook(secret).verify(body, headers);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function answerTo(chance: number): Answer {
  if (chance < 0.05) return { status: 500 };
  if (chance < 0.06) return { status: 422, headers: { 'webhook-delivery': 'abort-message' } };
  if (chance < 0.08) return { reset: true };
  if (chance < 0.1) return { status: 503, headers: { 'retry-after': '1' } };
  return { status: 200 };
}
