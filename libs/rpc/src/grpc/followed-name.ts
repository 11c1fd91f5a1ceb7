import { type ChannelOptions, experimental } from '@grpc/grpc-js';

/** Channel option: how often a followed name is looked up while its connections hold, in ms. */
export const lookUpEveryMs = 'drippulse.look_up_every_ms';

const scheme = 'followed';

/**
 * The target of a client that follows the name of an address, `host:port` or `dns:…`: grpc-js looks a name up only when it
 * loses a connection, and would never find the processes that are added while its connections hold. Connections to
 * addresses that the name keeps are kept. Addresses given as such (`ipv4:…`) stay as they are.
 */
export function followed(address: string): string {
  return /^(ipv4|ipv6|unix):/.test(address) ? address : `${scheme}:${address.replace(/^dns:/, '')}`;
}

/** grpc-js wants a class of its resolvers. This one is that of DNS, asked again and again from the first time on. */
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
