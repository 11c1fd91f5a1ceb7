import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, ApiAnswer } from '@drippulse/harness';

/** Requests during the rollout. No request is repeated. */
export type Load = {
  /** Returns the number of enrolled contacts so far. */
  enrolled(): number;
  requests(): number;
  /** Ends the load. Returns the failures, one on each line. */
  stop(): Promise<string[]>;
};

/** Pause between requests, which leaves CPU time for starting processes. */
const pauseMs = 100;
const contactsOfCall = 3;
/** Maximum number of recorded failures. It is enough to see the cause; a platform that is down fails every request. */
const mostFailures = 50;

/**
 * Starts five clients, each of which sends one request at a time: two enroll contacts, and the others read lists, call
 * the paths in `reads`, and create and list leads.
 */
export function startLoad(
  api: Api,
  options: { workflowIds: readonly number[]; name: string; reads: readonly string[] },
): Load {
  const { workflowIds, name, reads } = options;
  const stopped = new AbortController();
  const failures: string[] = [];
  let enrolled = 0;
  let requests = 0;

  const [firstWorkflow] = workflowIds;
  const clients: ((round: number) => [string, Promise<ApiAnswer>])[] = [
    enroll('a'),
    enroll('b'),
    (round) => {
      const routes = [
        '/api/v1/workflows',
        `/api/v1/workflows/${firstWorkflow}/enrollments?limit=5`,
        '/api/v1/webhooks',
      ];
      return read(routes[round % routes.length] ?? '');
    },
    (round) => read(reads[round % reads.length] ?? ''),
    (round) => {
      if (round % 2 === 0) return read('/api/v1/crm/leads?limit=5');
      const body = { first_name: 'Ada', last_name: 'Byron', email: `${name}-${round}@example.com` };
      return ['POST /api/v1/crm/leads', api.post('/api/v1/crm/leads', body)];
    },
  ];
  const running = Promise.all(clients.map(keepCalling));

  function enroll(client: string) {
    return (round: number): [string, Promise<ApiAnswer>] => {
      const workflowId = workflowIds[round % workflowIds.length];
      const contacts = Array.from({ length: contactsOfCall }, (_, index) => ({
        email: 'ada@example.com',
        lead_ref: `${name}-${client}-${round}-${index}`,
      }));
      const path = `/api/v1/workflows/${workflowId}/enrollments/bulk`;
      const headers = { 'idempotency-key': `${name}-${client}-${round}` };
      const answered = api.post(path, { contacts }, { headers }).then((answer) => {
        if (answer.status < 300) enrolled += contactsOfCall;
        return answer;
      });
      return [`POST ${path}`, answered];
    };
  }

  function read(path: string): [string, Promise<ApiAnswer>] {
    return [`GET ${path}`, api.get(path)];
  }

  async function keepCalling(call: (round: number) => [string, Promise<ApiAnswer>]): Promise<void> {
    for (let round = 0; !stopped.signal.aborted; round++) {
      const [place, answering] = call(round);
      requests += 1;
      const problem = await answering.then(
        ({ status, text }) => (status < 300 ? undefined : `${status} ${text}`),
        (error: unknown) => describe(error),
      );
      if (problem !== undefined && failures.length < mostFailures) {
        failures.push(`${new Date().toISOString()} ${place}: ${problem}`);
      }
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  return {
    enrolled: () => enrolled,
    requests: () => requests,
    async stop() {
      stopped.abort();
      await running;
      return failures;
    },
  };
}

/** Describes an error and its causes, because the cause of a failed `fetch` explains more than its message. */
function describe(error: unknown): string {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  return cause === undefined ? String(error) : `${error}: ${describe(cause)}`;
}
