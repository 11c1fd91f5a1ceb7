import { clone, create, getOption, setExtension } from '@bufbuild/protobuf';
import { MethodDescriptorProtoSchema, MethodOptionsSchema } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import { Idempotency, MethodRestSchema, rest } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { fromConnectError } from '@drippulse/rpc';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { durable, eraseAnswers } from '../src/index.ts';
import { gate, type Probe, startProbe } from './probe.ts';

/** The method `echo` with durable idempotency. */
const echoMethod = ProbeService.method.echo;
const proto = clone(MethodDescriptorProtoSchema, echoMethod.proto);
proto.options = create(MethodOptionsSchema);
setExtension(
  proto.options,
  rest,
  create(MethodRestSchema, { ...getOption(echoMethod, rest), idempotency: Idempotency.DURABLE }),
);
const durableEcho = { ...echoMethod, proto };

let probe: Probe;
let effects: string[];
let perform: () => Promise<void>;
beforeEach(async () => {
  probe = await startProbe();
  effects = [];
  perform = async () => undefined;
  probe.handle((context, request, call) =>
    durable(
      context,
      call,
      durableEcho,
      request,
      async (effectKey) => {
        effects.push(effectKey);
        await perform();
        return { id: request.id, name: effectKey };
      },
      { leaseSeconds: 60 },
    ),
  );
});
afterEach(() => probe.stop());

const echo = () => probe.client().echo({ id: 1n, name: 'a' }, { headers: { 'idempotency-key': 'k' } });
const expireLease = () =>
  sql`update idempotency_keys set locked_until = now() - interval '1 s'`.execute(probe.db.kysely);

test('without a key each call has an effect of its own', async () => {
  await probe.client().echo({ id: 1n, name: 'a' });
  await probe.client().echo({ id: 1n, name: 'a' });
  expect(new Set(effects).size).toBe(2);
});

test('a repeat gets the stored answer and performs nothing', async () => {
  const first = await echo();
  expect(await echo()).toEqual(first);
  expect(effects).toHaveLength(1);
});

test('a repeat while the effect runs is refused as in progress', async () => {
  const [running, release] = [gate(), gate()];
  perform = async () => {
    running.open();
    await release.opened;
  };
  const first = echo();
  await running.opened;
  expect(await echo().catch(fromConnectError)).toMatchObject({ reason: 'idempotency_in_progress' });
  release.open();
  await first;
  expect(effects).toHaveLength(1);
});

test('after a process died in the effect, the repeat that finds the lease expired performs it with the same key', async () => {
  const [running, release] = [gate(), gate()];
  perform = async () => {
    running.open();
    await release.opened;
  };
  const frozen = echo();
  await running.opened;
  await expireLease();
  perform = async () => undefined;
  const answer = await echo();
  expect(effects).toEqual([effects[0], effects[0]]);
  // The frozen process continues late. Its response is valid, and the stored response does not change.
  release.open();
  await frozen;
  expect(await echo()).toEqual(answer);
});

test('an effect that failed is performed again at once, with the same key', async () => {
  perform = async () => {
    throw new Error('provider away');
  };
  await expect(echo()).rejects.toThrow();
  perform = async () => undefined;
  await echo();
  expect(effects).toEqual([effects[0], effects[0]]);
});

test('a refused request frees its key', async () => {
  perform = async () => {
    throw new DomainError('invalid', 'nonsense', 'Nonsense.');
  };
  expect(await echo().catch(fromConnectError)).toMatchObject({ reason: 'nonsense' });
  expect(await probe.stored()).toBe(0);
});

test('an answer that is erased while it is made goes to its caller, and is not stored', async () => {
  perform = () => probe.db.kysely.transaction().execute((trx) => eraseAnswers(trx, 7n, sql`key = 'k'`));
  expect(await echo()).toMatchObject({ id: 1n });
  const { rows } = await sql<{ response: Buffer | null }>`select response from idempotency_keys`.execute(
    probe.db.kysely,
  );
  expect(rows).toEqual([{ response: null }]);
  const error = await echo().catch((thrown: unknown) => thrown);
  expect(fromConnectError(error).reason).toBe('answer_erased');
  expect(effects).toHaveLength(1);
});
