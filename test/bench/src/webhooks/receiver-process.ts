import { createServer } from 'node:http';
import process from 'node:process';

// The endpoints of the bench, in a separate process so that their work does not count as the service's. By path: /ok
// answers immediately, /hang never answers, /endless sends bytes without end. Arrivals are sent to the parent in
// groups.

/** One request to /ok: the event, and the time of arrival in epoch milliseconds. */
export type Arrival = [eventId: string, at: number];

const chunk = Buffer.alloc(16 * 1024, 'x');
let arrivals: Arrival[] = [];

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  const id = request.headers['webhook-id'];
  if (path.startsWith('/ok') && typeof id === 'string') arrivals.push([id, performance.timeOrigin + performance.now()]);
  request.resume();
  request.on('end', () => {
    if (path.startsWith('/hang')) return;
    if (!path.startsWith('/endless')) {
      response.writeHead(200).end();
      return;
    }
    response.on('error', () => undefined);
    const write = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', write);
    write();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
setInterval(() => {
  if (arrivals.length > 0) process.send?.({ arrivals });
  arrivals = [];
}, 20);
process.on('disconnect', () => process.exit());
