/** Ids of one resource of each kind, by the collection's name in the path, or by the kind's name in a `ref` option. */
export type Resources = Readonly<Record<string, number | string>>;

/**
 * Sends a POST below /api/v1 for the organization and returns the body of the response. Throws when the request is
 * refused.
 */
// biome-ignore lint/suspicious/noExplicitAny: makers read members of JSON of every shape.
export type Post = (path: string, body: unknown, headers?: Record<string, string>) => Promise<any>;

/**
 * Reads a path below /api/v1 for the organization and returns the body of the response. Throws when the request is
 * refused.
 */
// biome-ignore lint/suspicious/noExplicitAny: makers read members of JSON of every shape.
export type Get = (path: string) => Promise<any>;

/**
 * Makes one resource of each kind that a service has, in the caller's organization. Each contains the mark somewhere.
 * `made` has the resources of the services that come earlier in the table. `get` is for resources that no POST makes.
 * The file `test/resources.ts` of a service with public routes exports such a function as `makeResources`, and the
 * tests of access and tenancy try every route on its resources.
 */
export type MakeResources = (post: Post, mark: string, made: Resources, get: Get) => Promise<Resources>;
