import { createServer } from 'node:http';

// The provider, in a process of its own so that its work does not count as ours. It makes a customer of each key, as
// Stripe does, and leaves requests with the token of the hanging account without an answer. It tells its parent, when
// asked, what it has made.
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
