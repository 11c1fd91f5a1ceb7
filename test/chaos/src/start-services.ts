import { startAgents } from './agent-pair.ts';
import { startAnalyst } from './analyst.ts';
import { startCrm } from './crm-pair.ts';
import { startDeliverers } from './deliverers.ts';
import type { History } from './history.ts';
import type { HookEndpoint } from './hook-endpoint.ts';
import type { Others } from './inflict-faults.ts';
import { startIntegrators } from './integrators.ts';
import { startNodes } from './nodes.ts';
import { choosePlaces } from './places.ts';
import type { Servers } from './servers.ts';

/** Starts the processes of all services, with the webhooks, connections and agents that their load needs. */
export async function startServices(
  servers: Servers,
  o: {
    history: History;
    opened: { stop(): unknown }[];
    urls: { smtp: string; providers: string; models: string };
    hookEndpoint: HookEndpoint;
  },
) {
  const { history, opened, urls, hookEndpoint } = o;
  const places = await choosePlaces();
  const { nodes, clients } = await startNodes(servers, { history, opened, smtpUrl: urls.smtp, places });
  const { deliverers, hooks } = await startDeliverers(servers, hookEndpoint, opened);
  const analyst = await startAnalyst(servers, opened);
  const integrators = await startIntegrators(servers, { opened, providersUrl: urls.providers, places });
  const { agents, ids: agentIds } = await startAgents(servers, { opened, modelsUrl: urls.models, places });
  const crm = await startCrm(servers, { opened, places });
  const others: Others = {
    deliverers: deliverers.map((runtime) => ({ runtime })),
    analysts: [{ runtime: analyst }],
    integrators,
    agents,
    crm: crm.nodes,
  };
  return { nodes, clients, others, hooks, agentIds, crm, places };
}
