import { sampleCredentials } from '@drippulse/fake-providers';
import { startFaultProxy } from '@drippulse/testing';
import { createConnectionsClient, integratorConfig } from './clients.ts';
import type { Node } from './faults.ts';
import { integrationOrganization } from './integrations.ts';
import { addressesOf, type Places } from './places.ts';
import { startRuntime } from './runtime.ts';
import type { Servers } from './servers.ts';

const names = ['f', 'g'];
const providers = ['stripe', 'hubspot', 'zoom', 'slack'] as const;

/** Two processes that perform steps at providers, each with a proxy of its own before the database. */
export async function startIntegrators(
  servers: Servers,
  o: { opened: { stop(): unknown }[]; providersUrl: string; places: Places },
): Promise<Node[]> {
  const { opened, providersUrl, places } = o;
  const integrators: Node[] = [];
  for (const [index, name] of names.entries()) {
    const proxy = await startFaultProxy({ port: Number(new URL(servers.postgresUrl).port) });
    opened.push(proxy);
    const config = integratorConfig({
      databaseUrl: proxy.through(servers.postgresUrl),
      kafkaBrokers: servers.kafka.brokers,
      addresses: addressesOf(places),
      grpcPort: places.integrators[index] ?? 0,
      providersUrl,
    });
    const ignore = () => undefined;
    const { folder } = servers;
    const program = 'integrator-process.ts';
    const runtime = startRuntime({ name, program, config, folder, onStall: ignore, onConnection: ignore });
    opened.push(runtime);
    integrators.push({ runtime, proxy });
  }
  for (const { runtime } of integrators) await runtime.untilReady();
  await connectAll(places.integrators[0] ?? 0);
  return integrators;
}

async function connectAll(grpcPort: number): Promise<void> {
  const client = createConnectionsClient(grpcPort);
  try {
    for (const provider of providers) {
      const credentials = Buffer.from(JSON.stringify(sampleCredentials[provider]));
      // Not tested: the providers answer wrongly now and then.
      const request = { provider, credentials, test: false };
      await client.connections(integrationOrganization).createIntegrationConnection(request);
    }
  } finally {
    client.close();
  }
}
