import { createHttpClient } from '@drippulse/http';
import type { Keep } from '@drippulse/service';
import type { Config } from '../config.ts';
import { createOidc, type Oidc, type OidcClient } from '../oidc/provider.ts';

const userAgent = 'DripPulse';

export type Providers = {
  /** The operator's application at Google; undefined if none is configured. */
  google: { oidc: Oidc; client: OidcClient } | undefined;
  /** Signs in with providers that organizations name. Connects only to public addresses. */
  ofOrganizations: Oidc;
};

export function createProviders(config: Config, keep: Keep): Providers {
  const { allowPrivate } = config;
  const http = createHttpClient({ allowPrivate, userAgent });
  keep({ stop: () => http.close() });
  return { google: googleOf(config, keep), ofOrganizations: createOidc({ http, allowHttp: allowPrivate }) };
}

function googleOf({ google, publicUrl }: Config, keep: Keep): Providers['google'] {
  if (google === undefined) return undefined;
  // Only the operator can set a plain-http issuer, for tests on this machine.
  const allowHttp = google.issuer.startsWith('http:');
  const http = createHttpClient({ allowPrivate: allowHttp, userAgent });
  keep({ stop: () => http.close() });
  return {
    oidc: createOidc({ http, allowHttp }),
    client: { ...google, redirectUri: `${publicUrl}/auth/google_oauth2/callback` },
  };
}
