import { prices, startModelProvider } from '@drippulse/fake-providers/models';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import type { AgentExecution } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { AgentTemplateKind } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import type { FaultPoint } from '../src/fault-points.ts';
import { editor, json, startHarness } from './harness.ts';
import { endLeases } from './leases.ts';

/** Call options with a timeout that is longer than the time that a request waits for its execution. */
const patient = { timeoutMs: 30_000 };

export type Tools = Awaited<ReturnType<typeof startTools>>;

/** Starts the service with a scripted model and a fake runtime that performs actions. */
export async function startTools(env: Record<string, string> = {}) {
  const provider = await startModelProvider();
  /** Points at which the process loses the execution, in order. */
  const crashes: FaultPoint[] = [];
  /** Hooks that run after the nth commit of an execution: after the answer, after the plan of its calls, and so on. */
  const afterCommits: (() => Promise<unknown>)[] = [];
  const harness = await startHarness({
    env: {
      LLM_BASE_URL: provider.url,
      LLM_API_KEY: 'sk-canary',
      LLM_MODEL: 'm',
      LLM_PRICES: JSON.stringify(prices),
      ...env,
    },
    overrides: {
      async fault(point) {
        if (point === 'after-commit') await afterCommits.shift()?.();
        if (crashes[0] !== point) return;
        crashes.shift();
        // Ends the lease, as time would for a process that died.
        await endLeases(harness);
        throw new Error(`the process died ${point}`);
      },
    },
  });
  let spawned = 0;
  return {
    provider,
    harness,
    crashes,
    afterCommits,
    /** Creates an agent with a template of its own and the given policy. */
    async agentWith(
      policy: object,
      more: { outputSchema?: Buffer } = {},
    ): Promise<{ agentId: bigint; templateId: bigint }> {
      spawned += 1;
      const name = `Tools ${spawned}`;
      const { agentTemplate } = await harness.templates(editor).createAgentTemplate({
        ...{ name, kind: AgentTemplateKind.LLM, prompt: 'Work.', executionPolicy: policy, ...more },
      });
      const templateId = agentTemplate?.id ?? 0n;
      const { agent } = await harness.agents(editor).spawnAgent({ name, type: AgentType.TEMPLATE, templateId });
      return { agentId: agent?.id ?? 0n, templateId };
    },
    async execute(agentId: bigint, input: object = {}): Promise<AgentExecution | undefined> {
      return (await harness.executions(editor).executeAgent({ id: agentId, input: json(input) }, patient)).execution;
    },
    /** Returns the tool results that the model received. */
    told(): string[] {
      const { messages } = JSON.parse(provider.requests.at(-1)?.body ?? '{}');
      return messages.flatMap(({ role, content }: { role: string; content: string }) =>
        role === 'tool' ? [content] : [],
      );
    },
    clear() {
      crashes.length = 0;
      afterCommits.length = 0;
      provider.clear();
      harness.peer.clear();
      provider.answer({ text: 'Done.' });
    },
    async stop() {
      await harness.stop();
      await provider.stop();
    },
  };
}
