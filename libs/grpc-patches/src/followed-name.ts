import { type ChannelOptions, experimental } from '@grpc/grpc-js';

/** Channel option: milliseconds between two look-ups of a followed name while its connections are up. */
export const lookUpEveryMs = 'drippulse.look_up_every_ms';

const scheme = 'followed';

/**
 * Returns the target of a client that follows the name in an address, `host:port` or `dns:…`. By itself, grpc-js looks
 * a name up only when it loses a connection, so it never finds added processes. Connections to addresses that the name
 * still has stay open. Literal addresses (`ipv4:…`) are returned unchanged.
 */
export function followed(address: string): string {
  return /^(ipv4|ipv6|unix):/.test(address) ? address : `${scheme}:${address.replace(/^dns:/, '')}`;
}

/** The DNS resolver, with a new look-up at an interval. It is a class because grpc-js constructs its resolvers. */
class FollowedName implements experimental.Resolver {
  static getDefaultAuthority({ path }: experimental.GrpcUri): string {
    return path;
  }

  readonly #dns: experimental.Resolver;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(target: experimental.GrpcUri, listener: experimental.ResolverListener, options: ChannelOptions) {
    this.#dns = experimental.createResolver({ ...target, scheme: 'dns' }, listener, options);
    this.#everyMs = options[lookUpEveryMs];
  }

  updateResolution(): void {
    this.#timer ??= setInterval(() => this.#dns.updateResolution(), this.#everyMs).unref();
    this.#dns.updateResolution();
  }

  destroy(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#dns.destroy();
  }
}

experimental.registerResolver(scheme, FollowedName);
