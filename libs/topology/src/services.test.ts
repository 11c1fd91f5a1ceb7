import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { StreamService } from '@drippulse/proto/drippulse/gateway/v1/stream_pb';
import { expect, test } from '@jest/globals';
import {
  addressVariable,
  callsOf,
  counters,
  owners,
  packageOf,
  publicService,
  publishers,
  schemaOf,
  servedBy,
  serviceOf,
  servicesOn,
} from './lookups.ts';
import { processEntry, processNames, processOf, servicesOf } from './processes.ts';
import { serviceNames, services } from './services.ts';

test('each schema has one owner, and the events of a service are of its area', () => {
  expect(new Set(owners.map(({ schema }) => schema)).size).toBe(owners.length);
  for (const { name, events } of publishers) {
    expect(events.typeName).toMatch(new RegExp(`^drippulse\\.${schemaOf(name)}\\.v1\\.`));
  }
});

test('no service calls itself, a publisher, consumer or follower reaches Kafka, and an owner PostgreSQL', () => {
  for (const name of serviceNames) {
    const { events, consumes, followsHints, schema, servers } = services[name];
    expect(callsOf(name)).not.toContain(name);
    if (events !== undefined || consumes !== undefined || followsHints) expect(servers).toContain('kafka');
    expect(servers.includes('postgres')).toBe(schema !== undefined);
  }
});

test('each meter is counted by one service, which reaches Kafka, and one service at most sets limits', () => {
  const meters = counters.flatMap((counter) => counter.meters);
  expect(new Set(meters).size).toBe(meters.length);
  for (const { name } of counters) expect(services[name].servers).toContain('kafka');
  expect(serviceNames.filter((name) => services[name].setsLimits).length).toBeLessThanOrEqual(1);
});

test('an RPC service is served by the owner of its schema, or by the service of its name', () => {
  expect(servedBy(StreamService)).toBe(publicService);
  expect(servedBy(EnrollmentsService)).toBe(serviceOf('enrollments'));
  expect(() => servedBy({ ...EnrollmentsService, typeName: 'drippulse.unknown.v1.X' })).toThrow(
    /owns drippulse.unknown/,
  );
  expect(() => schemaOf(publicService)).toThrow(/no schema/);
});

test('a package goes by the area, whatever the name of its service', () => {
  expect(packageOf(serviceOf('webhooks'))).toBe('@drippulse/webhooks');
  expect(packageOf(serviceOf('identity'))).toBe(`${packageOf(publicService)}/identity`);
});

test('the service of the public API calls every service with a schema', () => {
  expect(callsOf(publicService)).toEqual(owners.map(({ name }) => name));
});

test('a service within the process of another adds its needs to that process', () => {
  const identity = serviceOf('identity');
  const process = processOf(identity);
  expect(processNames).not.toContain(identity);
  expect(servicesOf(process)).toEqual([process, identity]);
  expect(processEntry(process)).toMatchObject({ schema: 'identity', servers: expect.arrayContaining(['postgres']) });
  expect(processEntry(process).calls).not.toContain(identity);
  expect(processEntry(process).keys).toEqual(expect.arrayContaining([...(services[identity].secrets ?? [])]));
});

test('variables and servers follow from the table', () => {
  expect(addressVariable(serviceOf('webhooks'))).toMatch(/^[A-Z_]+_ADDRESS$/);
  expect(servicesOn('postgres')).toEqual(owners.map(({ name }) => name));
});
