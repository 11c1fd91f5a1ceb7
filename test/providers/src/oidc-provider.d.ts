/**
 * Types of the members of oidc-provider that the tests use. They are declared here, because the package itself has no
 * types.
 */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  type Stored = { save(): Promise<string> };
  type Consent = Stored & { addOIDCScope(scopes: string): void };
  type Client = { clientId: string };
  type Ended = { revokeByGrantId(grantId: string): Promise<void> };
  type Granted = { accountId: string; grantId: string };

  export class Provider {
    constructor(issuer: string, configuration: object);
    proxy: boolean;
    Grant: new (properties: {
      clientId: string;
      accountId: string;
    }) => Consent;
    Client: { find(id: string): Promise<Client | undefined> };
    RefreshToken: (new (properties: object) => Stored) & Ended;
    AccessToken: Ended & { find(token: string): Promise<{ accountId: string } | undefined> };
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    on(
      event: 'grant.success',
      listen: (context: { oidc: { entities: { RefreshToken?: Granted; AuthorizationCode?: Granted } } }) => void,
    ): void;
  }
}
