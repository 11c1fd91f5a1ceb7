import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { readHandling, withApplied } from './handling.ts';

function handlingOf(prefer: string) {
  const request = new IncomingMessage(new Socket());
  request.headers = { prefer };
  const response = new ServerResponse(request);
  return { isStrict: readHandling(request, response), applied: withApplied(response, 'respond-async') };
}

test('an answer confirms both preferences, that of the gateway and that of the service', () => {
  expect(handlingOf('respond-async, handling=STRICT')).toEqual({
    isStrict: true,
    applied: 'handling=strict, respond-async',
  });
  expect(handlingOf('respond-async')).toEqual({ isStrict: false, applied: 'respond-async' });
});
