import { expect, test } from '@jest/globals';
import { peerAttributes } from './call-spans.ts';

test.each([
  ['workflows.drippulse.svc:8081', { 'server.address': 'workflows.drippulse.svc', 'server.port': 8081 }],
  ['dns:workflows:8081', { 'server.address': 'workflows', 'server.port': 8081 }],
  ['ipv4:10.0.0.1:8081,10.0.0.2:8081', { 'server.address': 'ipv4:10.0.0.1:8081,10.0.0.2:8081' }],
  ['[::1]:8081', { 'server.address': '[::1]:8081' }],
])('the spans of calls to %s name the peer', (address, attributes) => {
  expect(peerAttributes(address)).toEqual(attributes);
});
