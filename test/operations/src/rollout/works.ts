import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, works } from '@drippulse/harness';
import type { ServiceName } from '@drippulse/topology';

/** Does pieces of work of every service, one after the other, until it is stopped. */
export type WorkLoop = {
  /**
   * Stops after the current piece of work. Returns the number of completed pieces by service, and the failures, one on
   * each line.
   */
  stop(): Promise<{ done: Partial<Record<ServiceName, number>>; failures: string[] }>;
};

const pauseMs = 100;

/** Starts the loop. No request is repeated, so a piece of work fails if one of its requests fails. */
export function startWorks(api: Api, receiverUrl: string): WorkLoop {
  const stopped = new AbortController();
  const done: Partial<Record<ServiceName, number>> = {};
  const failures: string[] = [];
  const tools = { call, receiverUrl };
  const running = keepWorking();

  async function call(method: string, path: string, body?: unknown, contentType = 'application/json') {
    const headers = { 'content-type': contentType };
    const answer = await api.request(method, `/api/v1${path}`, body, { headers });
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  async function keepWorking(): Promise<void> {
    while (!stopped.signal.aborted) {
      for (const { service, work } of works) {
        if (stopped.signal.aborted) return;
        await work(tools).then(
          () => (done[service] = (done[service] ?? 0) + 1),
          (error: unknown) => failures.push(`${new Date().toISOString()} ${service}: ${error}`),
        );
        await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    }
  }

  return {
    async stop() {
      stopped.abort();
      await running;
      return { done, failures };
    },
  };
}
