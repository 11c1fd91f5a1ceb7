import { Code, ConnectError } from '@connectrpc/connect';
import { AgentsService, AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentTemplateKind, AgentTemplatesService } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { SettlementsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { callerOf, clientFor, createGrpcPeers, type Routes, serverInterceptors } from '@drippulse/rpc';
import { effectServiceContract } from '@drippulse/service/effect-service-contract';
import { createHarness } from '@drippulse/service/harness';
import { startReceiver } from '@drippulse/testing';
import { publicService, type ServiceName, servedBy, serviceOf } from '@drippulse/topology';
import type { DB } from '../src/db/schema.ts';
import { service } from '../src/service.ts';
import { codeSecret, editor, json } from './harness.ts';

const name = serviceOf('agents');
const runtimeName = servedBy(SettlementsService);

effectServiceContract(async ({ address: runtime, keys }) => {
  const receiver = await startReceiver();
  const { INTERNAL_TOKEN_KEYS = '' } = keys.environmentOf(name, '');
  const toRuntime = createGrpcPeers({ [runtimeName]: runtime });
  const settlements = clientFor(SettlementsService, {
    peers: toRuntime,
    target: runtimeName,
    tokens: keys.tokensOf(name),
  });
  let asked = 0;
  const harness = await createHarness(service, {
    env: {
      INTERNAL_TOKEN_KEYS,
      WEBHOOK_ALLOW_PRIVATE: 'true',
      CODE_AGENTS: JSON.stringify([{ id: 'remote', url: receiver.url, secret: codeSecret }]),
    },
    config: { grpcHost: '127.0.0.1', grpcPort: 0 },
  });
  // The fake peers check tokens with the keys that the contract tests use, so the service must use these keys too.
  const serve = (peer: ServiceName, routes: Routes) =>
    harness.peers.register(peer, routes, serverInterceptors({ tokens: keys.tokensOf(peer), log: harness.log }));
  serve(runtimeName, (router) =>
    router.service(SettlementsService, {
      settleEffect: (request, call) => settlements(callerOf(call)).settleEffect(request),
    }),
  );
  serve(servedBy(IdentityService), (router) =>
    router.service(IdentityService, {
      findMembers({ userIds }) {
        asked += 1;
        if (asked === 1) throw new ConnectError('away', Code.Unavailable);
        return { userIds };
      },
    }),
  );
  const { port } = await harness.start();
  const own = { peers: harness.peers, target: name, tokens: keys.tokensOf(publicService) };
  const agents = clientFor(AgentsService, own)(editor);
  const scores = await agents.spawnAgent({ name: 'Scores', type: AgentType.TEMPLATE, templateId: 1n });
  const calls = await agents.spawnAgent({ name: 'Calls', type: AgentType.CODE, codeId: 'remote' });
  const { agentTemplate } = await clientFor(
    AgentTemplatesService,
    own,
  )(editor).createAgentTemplate({
    name: 'Routes',
    kind: AgentTemplateKind.ROUTER,
    defaultConfiguration: json({ default: { owner: { type: 'fixed', owner_id: 1 } } }),
  });
  const templateId = agentTemplate?.id ?? 0n;
  const routes = await agents.spawnAgent({ name: 'Routes', type: AgentType.TEMPLATE, templateId });
  const sample = (agent: { id: bigint } | undefined) => ({
    kind: 'agent',
    request: { agent_id: String(agent?.id), input: { a: 1 }, save_as: 'agent' },
  });
  const db = harness.connect<DB>();
  let release = () => {};
  return {
    name,
    address: `127.0.0.1:${port}`,
    samples: {
      done: { kind: 'score_lead', request: { agent_id: String(scores.agent?.id), lead: { email: 'a@b.co' } } },
      accepted() {
        release = receiver.hold({ body: '{"ok":true}' });
        return sample(calls.agent);
      },
      passing: sample(routes.agent),
      refused: sample({ id: 999n }),
    },
    async done(key) {
      const rows = await db.kysely
        .selectFrom('executions')
        .innerJoin('effects', 'effects.execution_id', 'executions.id')
        .where('effects.effect_key', '=', key)
        .where('executions.status', '=', 'succeeded')
        .select('executions.id')
        .execute();
      return rows.length;
    },
    finish: () => release(),
    async stop() {
      await harness.stop();
      toRuntime.close();
      await receiver.stop();
    },
  };
});
