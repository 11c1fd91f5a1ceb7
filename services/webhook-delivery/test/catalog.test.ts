import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { eventTypes as catalog } from '../src/catalog/event-types.ts';
import { filledEvent } from './filled-event.ts';
import { editor, type Harness, startHarness, viewer } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

test('the catalog lists what can fire, each with a schema of the whole body and an example', async () => {
  const { eventTypes, totalCount } = await harness.webhooks(viewer).getWebhookCatalog({});
  expect(eventTypes.map(({ type }) => type)).toEqual([
    'workflow.created',
    'workflow.updated',
    'workflow.archived',
    'workflow.deleted',
    'enrollment.started',
    'enrollment.completed',
    'enrollment.failed',
    'enrollment.cancelled',
    'workflow.failed',
    'email.sent',
    'workflow.chain_cut',
    'approval.requested',
    'approval.decided',
    ...['opened', 'clicked', 'bounced', 'complained', 'unsubscribed'].map((reaction) => `email.${reaction}`),
    'webhook.failing',
    'webhook.recovered',
    'webhook.exhausted',
    'webhook.disabled',
    ...['account', 'contact', 'lead', 'opportunity', 'activity'].flatMap((noun) => [
      `${noun}.created`,
      `${noun}.updated`,
      `${noun}.deleted`,
    ]),
    'opportunity.stage_changed',
    'opportunity.won',
    'opportunity.lost',
    'contact.erased',
    'lead.scored',
    'integration.connection_failed',
    'integration.connection_recovered',
    'data_source_run.completed',
    'data_source_run.failed',
    'subscription.updated',
    'usage.threshold_reached',
    'agent.created',
    'agent.execution_completed',
    'agent.execution_failed',
    'agent.budget_exceeded',
    'report.completed',
    'report.failed',
  ]);
  expect(totalCount).toBe(BigInt(eventTypes.length));
  for (const { type, schema, example } of eventTypes) {
    const parsedSchema = JSON.parse(Buffer.from(schema).toString());
    const parsedExample = JSON.parse(Buffer.from(example).toString());
    expect(parsedSchema.properties.type).toEqual({ const: type });
    expect(parsedExample.type).toBe(type);
    expect(Object.keys(parsedExample).sort()).toEqual([...parsedSchema.required].sort());
    expect(Object.keys(parsedExample.data)).toEqual(expect.arrayContaining(parsedSchema.properties.data.required));
  }
});

/** Compiles validators from the schemas of the catalog; an invalid schema fails here. */
async function validators(): Promise<Map<string, ValidateFunction>> {
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
  addFormats.default(ajv);
  const { eventTypes } = await harness.webhooks(viewer).getWebhookCatalog({});
  return new Map(eventTypes.map(({ type, schema }) => [type, ajv.compile(JSON.parse(Buffer.from(schema).toString()))]));
}

function problems(validate: ValidateFunction | undefined, body: unknown): unknown {
  if (validate === undefined) return 'no such type';
  return validate(body) ? [] : validate.errors;
}

test('each example is valid by its schema, and nothing that lacks a member or is of another type is', async () => {
  const { eventTypes } = await harness.webhooks(viewer).getWebhookCatalog({});
  const schemas = await validators();
  for (const { type, example } of eventTypes) {
    const body = JSON.parse(Buffer.from(example).toString());
    expect([type, problems(schemas.get(type), body)]).toEqual([type, []]);
    const [member = ''] = Object.keys(body.data);
    const { [member]: _, ...rest } = body.data;
    for (const wrong of [
      { ...body, data: rest },
      { ...body, data: null },
      { ...body, type: 'other.type' },
    ]) {
      expect([type, problems(schemas.get(type), wrong)]).not.toEqual([type, []]);
    }
  }
});

test('each delivered body is valid by the schema of its type, with all its members and with those that need not be', async () => {
  const { id } = await harness.create({ eventType: '*' });
  const schemas = await validators();
  for (const eventType of catalog) {
    for (const isWhole of [true, false]) await harness.send(eventType.event, filledEvent(eventType, isWhole));
  }
  const requests = await harness.receiver.received(2 * catalog.length);
  const bodies = requests.map(({ body }) => JSON.parse(body.toString()));
  expect(new Set(bodies.map(({ type }) => type))).toEqual(new Set(catalog.map(({ type }) => type)));
  for (const body of bodies) expect([body.type, problems(schemas.get(body.type), body)]).toEqual([body.type, []]);
  await harness.webhooks(editor).deleteWebhook({ id });
});

test('the verification vector is accepted by both verifiers and by plain HMAC-SHA256', async () => {
  const { signing } = await harness.webhooks(viewer).getWebhookCatalog({});
  const { secret = '', id = '', timestamp = '', body = '', signature = '' } = signing?.testVector ?? {};
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  jest.useFakeTimers({ now: Number(timestamp) * 1000, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    new StandardWebhook(secret).verify(body, headers);
    new SvixWebhook(secret).verify(body, headers);
    expect(() => new StandardWebhook(secret).verify(`${body} `, headers)).toThrow();
  } finally {
    jest.useRealTimers();
  }
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  expect(signature).toBe(`v1,${expected}`);
  expect(signing).toMatchObject({ scheme: 'standard-webhooks/1.0.0', toleranceSeconds: 300 });
});

test('another service has a payload signed with both secrets of a webhook after a rotation', async () => {
  const { id, secret: oldSecret = '' } = await harness.create();
  const { webhook } = await harness.webhooks(editor).rotateWebhookSecret({ id });
  const newSecret = webhook?.secret ?? '';
  expect(newSecret).not.toBe(oldSecret);
  const at = Math.floor(Date.now() / 1000);
  const body = '{"a":"ü"}';
  const { signature } = await harness.signing(editor).signPayload({
    webhookId: id,
    messageId: 'msg_1',
    timestampSeconds: BigInt(at),
    body: Buffer.from(body),
  });
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(at), 'webhook-signature': signature };
  new StandardWebhook(oldSecret).verify(body, headers);
  new StandardWebhook(newSecret).verify(body, headers);
});
