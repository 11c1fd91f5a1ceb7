import { createServer } from 'node:http';

// The provider, in a separate process so that its work does not count as the platform's. Like Stripe, it makes a
// customer for each key. It does not answer requests with the token of the hanging account. On request, it reports the
// customers that it has made to its parent.
const keys = new Set<string>();
let requests = 0;

const server = createServer((request, response) => {
  request.resume();
  if (request.headers.authorization?.includes('hanging') === true) return;
  requests += 1;
  keys.add(String(request.headers['idempotency-key']));
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"id":"cus_${requests}","object":"customer"}`);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.on('message', () => process.send?.({ requests, keys: keys.size }));
process.on('disconnect', () => process.exit());
