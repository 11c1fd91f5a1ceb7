import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { isAllowedAddress } from './addresses.ts';
import { ConnectRefusal } from './failure.ts';
import type { Resolve } from './resolve.ts';

/**
 * Opens connections only to allowed addresses. Resolves the name once, checks every address, and connects only to the
 * checked addresses. If a name server changes its answer after the check, this has no effect (DNS rebinding).
 */
export function guardedConnector(
  build: typeof buildConnector,
  o: { allowPrivate: boolean; resolve: Resolve; connectTimeoutMs: number },
): buildConnector.connector {
  const connect = build({
    lookup: guardedLookup(o.resolve, o.allowPrivate),
    timeout: o.connectTimeoutMs,
    allowH2: false,
  });
  return (options, callback) => {
    // node:net does not call `lookup` for an IP literal.
    if (isIP(options.hostname) !== 0 && !isAllowedAddress(options.hostname, o.allowPrivate)) {
      callback(notAllowed(options.hostname), null);
      return;
    }
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error === null && !isAllowedPeer(socket, o.allowPrivate)) {
        socket.destroy();
        callback(notAllowed(options.hostname), null);
        return;
      }
      callback(...result);
    });
  };
}

function guardedLookup(resolve: Resolve, allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) {
          callback(new ConnectRefusal('dns_failed', `${hostname} has no address.`), '');
        } else if (!addresses.every((address) => isAllowedAddress(address, allowPrivate))) {
          callback(notAllowed(hostname), '');
        } else if (options.all) {
          callback(
            null,
            addresses.map((address) => ({ address, family: isIP(address) })),
          );
        } else {
          callback(null, first, isIP(first));
        }
      },
      (cause: unknown) => callback(new ConnectRefusal('dns_failed', `${hostname} does not resolve.`, cause), ''),
    );
  };
}

function isAllowedPeer(socket: Socket, allowPrivate: boolean): boolean {
  return socket.remoteAddress !== undefined && isAllowedAddress(socket.remoteAddress, allowPrivate);
}

function notAllowed(hostname: string): ConnectRefusal {
  return new ConnectRefusal('address_not_allowed', `${hostname} is at an address that is not public.`);
}
