import { createServer } from 'node:http';

// The receiver of the effects, in a separate process so that its work does not count as the platform's. It answers with
// a small JSON object after a delay in milliseconds, which is its argument. On request, it reports the number of
// requests and the number of distinct keys to its parent.
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
