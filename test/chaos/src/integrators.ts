import { sampleCredentials } from '@drippulse/fake-providers';
import { createConnectionsClient, integratorConfig } from './clients.ts';
import type { Node } from './faults.ts';
import { integrationOrganization } from './integrations.ts';
import type { Places } from './places.ts';
import type { Servers } from './servers.ts';
import { startPair } from './start-pair.ts';

const providers = ['stripe', 'hubspot', 'zoom', 'slack'] as const;

/** Starts two processes that perform steps at providers, with a connection to each provider. */
export async function startIntegrators(
  servers: Servers,
  o: { opened: { stop(): unknown }[]; providersUrl: string; places: Places },
): Promise<Node[]> {
  const { opened, providersUrl, places } = o;
  const integrators = await startPair(servers, {
    ...{ names: ['f', 'g'], kind: 'integrators', opened, places },
    configOf: (options) => integratorConfig({ ...options, providersUrl }),
  });
  await connectAll(places.integrators[0] ?? 0);
  return integrators;
}

async function connectAll(grpcPort: number): Promise<void> {
  const client = createConnectionsClient(grpcPort);
  try {
    for (const provider of providers) {
      const credentials = Buffer.from(JSON.stringify(sampleCredentials[provider]));
      // The connection is saved without a test, because the providers sometimes fail.
      const request = { provider, credentials, test: false };
      await client.connections(integrationOrganization).createIntegrationConnection(request);
    }
  } finally {
    client.close();
  }
}
