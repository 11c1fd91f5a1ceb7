import { Metadata } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { fromConnectError } from '../errors.ts';
import { fromServiceError } from './status.ts';

const unavailable = (details: string) =>
  fromConnectError(
    fromServiceError(Object.assign(new Error(details), { code: 14, details, metadata: new Metadata() })),
  );

test('a connection that failed for want of a descriptor or a port of this machine is busy, and no peer that is away', () => {
  const note = 'No connection established. Last error: Error: connect';
  expect(unavailable(`${note} EMFILE 127.0.0.1:5000 - Local (undefined:undefined)`)).toMatchObject({
    kind: 'unavailable',
    reason: 'busy',
    retryAfterSeconds: 1,
  });
  expect(unavailable(`${note} EADDRNOTAVAIL 127.0.0.1:5000`).reason).toBe('busy');
  expect(unavailable(`${note} ECONNREFUSED 127.0.0.1:5000`)).toMatchObject({ reason: 'service_unavailable' });
});
