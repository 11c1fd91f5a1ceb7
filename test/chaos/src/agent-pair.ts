import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { type AgentIds, agentOrganization, templates } from './agents.ts';
import { agentConfig, createAgentsClient } from './clients.ts';
import type { Node } from './faults.ts';
import type { Places } from './places.ts';
import type { Servers } from './servers.ts';
import { startPair } from './start-pair.ts';

/** Starts two processes of the agents service, and makes the agents that the steps run. */
export async function startAgents(
  servers: Servers,
  o: { opened: { stop(): unknown }[]; modelsUrl: string; places: Places },
): Promise<{ agents: Node[]; ids: AgentIds }> {
  const { opened, modelsUrl, places } = o;
  const agents = await startPair(servers, {
    ...{ names: ['h', 'i'], kind: 'agents', opened, places },
    configOf: (options) => agentConfig({ ...options, modelsUrl }),
  });
  const client = createAgentsClient(places.agents[0] ?? 0);
  const spawn = async (name: keyof typeof templates) => {
    const request = { name, type: AgentType.TEMPLATE, templateId: templates[name] };
    const { agent } = await client.agents(agentOrganization).spawnAgent(request);
    return agent?.id ?? 0n;
  };
  try {
    return { agents, ids: { score: await spawn('score'), classify: await spawn('classify') } };
  } finally {
    client.close();
  }
}
