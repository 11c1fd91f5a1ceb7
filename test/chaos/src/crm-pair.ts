import { CrmStageType } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { type CrmClient, createCrmClient, crmConfig } from './clients.ts';
import { crmOrganization } from './crm.ts';
import type { Node } from './faults.ts';
import type { Places } from './places.ts';
import type { Servers } from './servers.ts';
import { startPair } from './start-pair.ts';

/** The processes of the CRM, a client of each, and the stage in which opportunities are won. */
export type Crm = { nodes: Node[]; clients: CrmClient[]; wonStageId: string };

/** Starts two processes of the CRM. Creates the default pipeline by reading it. */
export async function startCrm(
  servers: Servers,
  { opened, places }: { opened: { stop(): unknown }[]; places: Places },
): Promise<Crm> {
  const nodes = await startPair(servers, { names: ['j', 'k'], kind: 'crm', opened, places, configOf: crmConfig });
  const clients = places.crm.map(createCrmClient);
  opened.push(...clients.map((client) => ({ stop: () => client.close() })));
  const { pipelines = [] } = (await clients[0]?.pipelines(crmOrganization).listCrmOpportunityPipelines({})) ?? {};
  const won = pipelines[0]?.stages.find(({ stageType }) => stageType === CrmStageType.WON);
  if (won === undefined) throw new Error('the default pipeline has no stage in which opportunities are won');
  return { nodes, clients, wonStageId: won.id };
}
