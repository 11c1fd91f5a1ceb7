import { createHttpClient } from '@drippulse/http';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callModel } from '../src/llm/call.ts';
import { renderRequest } from '../src/llm/render.ts';
import { editor, type Harness, json, parsed, startHarness } from './harness.ts';
import { ledgerOf } from './ledger-checks.ts';
import { startLlama } from './llama.ts';

const llama = await startLlama();
const model = 'smollm2';
const prices = [{ model, from: '2026-01-01', input: 0.15, output: 0.6 }];

describe('a real model', () => {
  if ('unavailable' in llama) {
    notRun(llama);
    return;
  }
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({
      env: { LLM_BASE_URL: llama.url, LLM_MODEL: model, LLM_PRICES: JSON.stringify(prices) },
    });
  });
  afterAll(async () => {
    await harness?.stop();
    await llama.stop();
  });

  test('classifies by the protocol of OpenAI, each answer valid by its schema and charged by its usage to the pico', async () => {
    const schema = {
      type: 'object',
      properties: { class: { type: 'string', enum: ['interested', 'not_interested', 'later'] } },
      required: ['class'],
      additionalProperties: false,
    };
    const { agentTemplate } = await harness.templates(editor).createAgentTemplate({
      ...{ name: 'Short', kind: 1, prompt: 'Classify the reply.', outputSchema: json(schema) },
      executionPolicy: { maxOutputTokens: 64, timeoutSeconds: 120 },
    });
    const { agent } = await harness
      .agents(editor)
      .spawnAgent({ name: 'Classifier', type: AgentType.TEMPLATE, templateId: agentTemplate?.id ?? 0n });
    const replies = ['Yes, tell me more!', 'No thanks.', 'Ask me in spring.', 'Stop.', 'Sounds good.', 'Not now.'];
    for (const body of replies) {
      const { execution } = await harness
        .executions(editor)
        .inferAgent({ id: agent?.id ?? 0n, input: json({ body }) }, { timeoutMs: 180_000 });
      expect(execution?.status).toBe(AgentExecutionStatus.SUCCEEDED);
      expect(schema.properties.class.enum).toContain(parsed(execution?.output).class);
      const { inputTokens = 0n, outputTokens = 0n } = execution ?? {};
      expect(inputTokens).toBeGreaterThan(10n);
      const rows = await ledgerOf(harness, execution?.id);
      const charged = rows.reduce((sum, row) => sum + row.charged, 0n);
      expect(charged).toBe(inputTokens * 150_000n + outputTokens * 600_000n);
      for (const row of rows) expect(row).toMatchObject({ state: 'settled' });
    }
  });

  test('answers a call by the protocol of Anthropic, with its usage', async () => {
    const http = createHttpClient({ allowPrivate: true, userAgent: 'test' });
    try {
      const source = {
        ...{ owner: 'installation' as const, protocol: 'anthropic' as const },
        ...{ baseUrl: llama.url, apiKey: 'none', model },
      };
      const request = {
        ...{ model, maxOutputTokens: 16, schema: undefined, tools: [] },
        prompt: [
          { role: 'system' as const, content: 'Be short.' },
          { role: 'user' as const, content: [{ type: 'text' as const, text: 'Say hello.' }] },
        ],
      };
      const body = await renderRequest(source, request);
      const signal = new AbortController().signal;
      const result = await callModel({ http, source }, { request, body, timeoutMs: 180_000, signal });
      expect(result).toMatchObject({ kind: 'answered', answer: { text: expect.stringMatching(/\S/) } });
      const usage = result.kind === 'answered' ? result.answer?.usage : undefined;
      expect(usage?.outputTokens).toBeGreaterThan(0n);
      expect((usage?.inputTokens ?? 0n) + (usage?.cacheReadTokens ?? 0n)).toBeGreaterThan(5n);
    } finally {
      await http.close();
    }
  });
});
