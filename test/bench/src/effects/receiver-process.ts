import { createServer } from 'node:http';

// Where the effects go, in a process of its own so that its work does not count as ours. It answers a small JSON object
// after the milliseconds of its argument, and tells its parent, when asked, how many requests came and with how many
// different keys.
const keys = new Set<string>();
let requests = 0;
const delayMs = Number(process.argv[2] ?? 0);

const server = createServer((request, response) => {
  requests += 1;
  keys.add(String(request.headers['idempotency-key']));
  request.resume();
  const answer = () => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  request.on('end', () => {
    if (delayMs > 0) setTimeout(answer, delayMs);
    else answer();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.on('message', () => process.send?.({ requests, keys: keys.size }));
process.on('disconnect', () => process.exit());
