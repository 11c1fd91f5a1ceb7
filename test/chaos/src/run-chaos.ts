import { makeAgentWorkflows } from './agents.ts';
import { breakBilling } from './break-billing.ts';
import { checks } from './checks/index.ts';
import { makeCrmWorkflows } from './crm.ts';
import { startEndpoint } from './endpoint.ts';
import { makeEntries } from './entries.ts';
import { makeGoals } from './goals.ts';
import type { History } from './history.ts';
import { startHookEndpoint } from './hook-endpoint.ts';
import { type FaultCounts, inflictAll } from './inflict-faults.ts';
import { makeIntegrations } from './integrations.ts';
import { makeJourneys } from './journeys.ts';
import { keepEvidence } from './keep-evidence.ts';
import { makeLetters } from './letters.ts';
import { startLoad } from './load.ts';
import { startMailEndpoint } from './mail-endpoint.ts';
import { startModels } from './models.ts';
import { addStall, leaseMs, names, stall } from './nodes.ts';
import { startProviders } from './providers.ts';
import { createRandom } from './random.ts';
import type { Servers } from './servers.ts';
import { startServices } from './start-services.ts';
import { isStarted, makeStarters } from './starters.ts';
import { factsWhenDrained } from './until-drained.ts';
import { watchDatabase } from './watch-database.ts';
import { watchLedger } from './watch-ledger.ts';
import { makeWorkflows } from './workflows.ts';

/** Share of the time in which billing's processes run and are broken, after the load of the other services. */
const billingShare = 0.2;

/** The outcome of a chaos run. */
export type Outcome = {
  seed: number;
  seconds: number;
  enrollments: number;
  lines: number;
  effects: number;
  /** Number of repeated requests at the receiver: all requests, minus one for each effect. */
  repeats: number;
  events: number;
  deliveries: number;
  /** Number of mails that reached their receiver, including repeats. */
  mails: number;
  approvals: number;
  contactEvents: number;
  goals: number;
  /** Number of contacts that the rules of re-entry refused. */
  refusals: number;
  /** Number of enrollments that events started. */
  started: number;
  /** Number of steps at providers. */
  providerSteps: number;
  /** Number of executions of agents. */
  executions: number;
  /** Number of writes to the CRM by steps. */
  crmSteps: number;
  /** Number of subscription changes that billing reported. */
  planChanges: number;
  hits: number;
  bounces: number;
  /** The number of times each fault was inflicted, and the number of times it happened as its name says. */
  faults: FaultCounts;
  /**
   * The number of times that the machine itself stopped a process for half a second or more. It does not depend on the
   * seed.
   */
  stalls: number;
  /** Promises and their violations. */
  promises: { promise: string; violations: string[] }[];
  /** The folder with logs and evidence of a run that broke a promise. */
  kept: string | undefined;
};

/**
 * Breaks two runtimes and their servers under load for `seconds`, with each kind of fault at least once. Then lets all
 * work end, checks the promises, and stops the servers.
 */
export async function runChaos(options: {
  servers: Servers;
  seed: number;
  seconds: number;
  onProgress?(line: string): void;
}): Promise<Outcome> {
  const { servers, seed, seconds, onProgress = () => undefined } = options;
  const startedAt = performance.now();
  const endpoint = await startEndpoint(seed);
  const hookEndpoint = await startHookEndpoint(seed);
  const mailEndpoint = await startMailEndpoint(seed);
  const providers = await startProviders(seed);
  const models = await startModels(seed);
  const { published, publishedBy } = servers;
  const history: History = {
    faults: [],
    calls: [],
    receipts: endpoint.receipts,
    connections: [],
    published,
    publishedBy,
    hookReceipts: hookEndpoint.receipts,
    mails: mailEndpoint.receipts,
    journeys: { events: [], decisions: [], suppressed: [] },
    entries: [],
    starters: [],
    opportunities: [],
    atStripe: [],
    made: [],
    refusedByProviders: [],
    models: { asked: models.asked, refused: [], samples: [], bill: 0n },
    letters: { quietUntil: 0, hits: [], bounces: [] },
  };
  const opened: { stop(): unknown }[] = [];
  try {
    const plain = makeWorkflows(seed, endpoint.url);
    const persons = { journeys: makeJourneys(), goals: makeGoals(), entries: makeEntries(), starters: makeStarters() };
    const integrations = makeIntegrations(createRandom(seed, 'steps at providers'));
    const rest = { ...persons, letters: makeLetters(), integrations };
    opened.push(watchDatabase(servers.postgresUrl, (ms) => addStall(history, ms, names)));
    const urls = { smtp: mailEndpoint.url, providers: providers.url, models: models.url };
    const {
      nodes,
      clients,
      others,
      hooks,
      agentIds,
      crm: crmPair,
      places,
    } = await startServices(servers, {
      ...{ history, opened, urls, hookEndpoint },
    });
    opened.push(watchLedger(servers.postgresUrl, models.bill, history.models.samples));
    const agents = makeAgentWorkflows(agentIds);
    const crm = makeCrmWorkflows(crmPair.wonStageId);
    const workflows = [...plain, ...Object.values(rest).flat(), ...agents, ...crm];
    onProgress('serving');
    const load = await startLoad({
      ...{ seed, workflows: { plain, ...rest, agents, crm }, clients, history },
      crmClients: crmPair.clients,
    });
    const faults: FaultCounts = {};
    const target = { nodes, servers, leaseMs };
    const plan = { seed, history, counts: faults, onProgress };
    await inflictAll(target, others, { ...plan, seconds: seconds * (1 - billingShare), signal: load.failed });
    await load.stop();
    await breakBilling(target, { ...plan, seconds: seconds * billingShare }, { opened, places });
    for (const { runtime } of [...nodes, ...Object.values(others).flat()]) await runtime.untilReady();
    onProgress('all mended, coming to its end');
    const facts = await factsWhenDrained(servers, history, hooks);
    history.made.push(...providers.made());
    history.models.refused.push(...models.refused());
    history.models.bill = models.bill();
    history.refusedByProviders.push(...providers.refusals());
    onProgress('checking');
    const promises = checks.map(({ promise, violations }) => ({
      promise,
      violations: violations({ workflows, hooks, history, facts }),
    }));
    const isBroken = promises.some(({ violations }) => violations.length > 0);
    return {
      seed,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
      enrollments: facts.enrollments.length,
      lines: facts.enrollments.reduce((sum, row) => sum + row.lines, 0),
      effects: facts.effects.length,
      repeats: history.receipts.length - facts.effects.length,
      events: published.size,
      deliveries: facts.deliveries.length,
      mails: history.mails.length,
      approvals: facts.journeys.approvals.length,
      contactEvents: facts.contactEvents.length,
      goals: facts.goals.met.length,
      refusals: history.entries.reduce((sum, call) => sum + call.refused.length, 0),
      started: facts.enrollments.filter(isStarted).length,
      executions: facts.agents.executions.length,
      providerSteps: facts.providerSteps.length,
      crmSteps: facts.crm.steps.length,
      planChanges: facts.billing.customers.reduce((sum, { sequence }) => sum + sequence, 0),
      hits: history.letters.hits.length,
      bounces: history.letters.bounces.length,
      faults,
      stalls: history.faults.filter((fault) => fault.name === stall).length,
      promises,
      kept: isBroken ? await keepEvidence(servers.folder, { history, facts }) : undefined,
    };
  } catch (error) {
    onProgress(`failed; the logs and the history are in ${await keepEvidence(servers.folder, { history })}`);
    throw error;
  } finally {
    for (const part of opened.reverse()) await part.stop();
    await endpoint.stop();
    await hookEndpoint.stop();
    await mailEndpoint.stop();
    await providers.stop();
    await models.stop();
    await servers.stop();
  }
}
