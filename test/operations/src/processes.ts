import type { ServiceName } from '@drippulse/topology';

/** A service in the list that `npm run start:distributed` prints. */
export type ListedProcess = { service: ServiceName; pid: number; opsPort: number };

/** Returns the processes in the output of the command. */
export function processesOf(output: string): ListedProcess[] {
  const lines = output.matchAll(/^ {2}(\S+) +process (\d+), gRPC \d+, operations (\d+)$/gm);
  return [...lines].map(([, service = '', pid, opsPort]) => ({
    service: service as ServiceName, // the command prints only names of services in the table
    pid: Number(pid),
    opsPort: Number(opsPort),
  }));
}

/** Reads the metrics of a process, as Prometheus does. */
export async function scrape(opsPort: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
}
