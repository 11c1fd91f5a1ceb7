import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { expect, test } from '@jest/globals';
import { addressVariable, publishers, servedBy, serviceOf, servicesOn } from './lookups.ts';
import { serviceNames, services } from './services.ts';

test('each service has a schema of its own, and its events are of that area', () => {
  const schemas = serviceNames.map((name) => services[name].schema);
  expect(new Set(schemas).size).toBe(schemas.length);
  for (const { name, events } of publishers) {
    expect(events.typeName).toMatch(new RegExp(`^drippulse\\.${services[name].schema}\\.v1\\.`));
  }
});

test('no service calls itself, and whoever publishes or consumes reaches Kafka', () => {
  for (const name of serviceNames) {
    const { calls, events, consumes, servers } = services[name];
    expect(calls).not.toContain(name);
    if (events !== undefined || consumes !== undefined) expect(servers).toContain('kafka');
  }
});

test('an RPC service leads to who serves it', () => {
  expect(servedBy(EnrollmentsService)).toBe(serviceOf('enrollments'));
  expect(() => servedBy({ ...EnrollmentsService, typeName: 'drippulse.unknown.v1.X' })).toThrow(
    /owns drippulse.unknown/,
  );
});

test('variables and servers follow from the table', () => {
  expect(addressVariable(serviceOf('webhooks'))).toMatch(/^[A-Z_]+_ADDRESS$/);
  expect(servicesOn('postgres')).toEqual(serviceNames);
});
