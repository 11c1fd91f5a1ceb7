import { type ChildProcess, spawn } from 'node:child_process';

export type Answer = { status: number; body: string };
export type Load = {
  requests: number;
  failures: string[];
  repeated: number;
  emails: string[];
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** The duration of each phase of the slowest request. */
  longest: string;
  /** The connections of the workers that keep their connection, and of the workers that open one for each request. */
  connections: { ofKeepers: Connections; ofOthers: Connections };
};

/** The number of opened connections, and the time that the slowest one took, including the look-up of the name. */
type Connections = { opened: number; maxMs: number };

type Received = { key: string; headers: Record<string, string>; body: string };

/** Access to a script that runs in a pod, through a forwarded port. */
export type Agent = {
  /** Sends an order to the client; see pods/client.ts. */
  order<T>(order: object): Promise<T>;
  /** Returns the requests that a receiver received on a path. */
  received(path: string): Promise<Received[]>;
  close(): void;
};

/** Forwards a port of this machine to a pod of a Deployment. Closing the returned agent ends the forwarding. */
export async function forwardTo(namespace: string, deployment: string): Promise<Agent> {
  const args = ['port-forward', '--namespace', namespace, `deployment/${deployment}`, ':8080'];
  const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const base = `http://127.0.0.1:${await forwardedPort(child)}`;
  return {
    async order(order) {
      const answer = await fetch(base, { method: 'POST', body: JSON.stringify(order) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${deployment} could not do it: ${text}`);
      return JSON.parse(text);
    },
    received: async (path) => (await fetch(`${base}${path}`)).json() as Promise<Received[]>,
    close: () => void child.kill(),
  };
}

function forwardedPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk;
      const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`kubectl port-forward ended: ${output}`)));
  });
}
