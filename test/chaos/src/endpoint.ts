import { type Receiver, startReceiver } from '@drippulse/testing';
import type { Receipt } from './history.ts';
import { chanceOf } from './random.ts';

/** The receiver of callbacks. Its response to an attempt depends only on seed, key and attempt. */
export type Endpoint = { url: string; receipts: Receipt[]; stop(): Promise<void> };

export async function startEndpoint(seed: number): Promise<Endpoint> {
  const receipts: Receipt[] = [];
  const attempts = new Map<string, number>();
  const receiver: Receiver = await startReceiver({
    answer({ method, url, headers, body, at, senderPort }) {
      const key = headers['idempotency-key'] ?? '';
      const attempt = (attempts.get(key) ?? 0) + 1;
      attempts.set(key, attempt);
      // The response depends on path and contact, not on the key, because keys are new in each run.
      const answer = answerTo(chanceOf(seed, `${url} ${body} ${attempt}`));
      const text = body.toString();
      receipts.push({
        key,
        at: at.getTime(),
        url,
        content: `${method} ${url} ${headers['content-type']} ${text}`,
        body: text,
        succeeded: answer.status === 200,
        senderPort,
      });
      receiver.clear();
      return answer;
    },
  });
  return { url: receiver.url, receipts, stop: () => receiver.stop() };
}

function answerTo(chance: number) {
  if (chance < 0.05) return { status: 500 };
  if (chance < 0.06) return { status: 400 };
  if (chance < 0.08) return { reset: true as const };
  if (chance < 0.13) return { status: 200, delayMs: 400 };
  return { status: 200 };
}
