import { emailClaim } from '../answers/id-token.ts';
import { type Implied, withImplied } from '../answers/implied-scopes.ts';
import { objectOf, textOf } from '../answers/reading.ts';
import { grantParameters, readTokenAnswer } from '../answers/token-answers.ts';
import type { OAuth } from '../provider.ts';

const scope = (name: string) => `https://www.googleapis.com/auth/${name}`;

const implied: Implied = {
  'https://mail.google.com/': ['gmail.send', 'gmail.compose', 'gmail.readonly'].map(scope),
  [scope('gmail.modify')]: ['gmail.send', 'gmail.compose', 'gmail.readonly'].map(scope),
  [scope('gmail.compose')]: [scope('gmail.send')],
  [scope('calendar')]: ['calendar.events', 'calendar.events.readonly', 'calendar.freebusy'].map(scope),
  [scope('calendar.events')]: [scope('calendar.events.readonly')],
  [scope('spreadsheets')]: [scope('spreadsheets.readonly')],
};

export const oauth: OAuth = {
  authorizeUrl: () => 'https://accounts.google.com/o/oauth2/v2/auth',
  // Without `prompt=consent`, a second consent returns no refresh token.
  authorizeParams: { access_type: 'offline', prompt: 'consent', include_granted_scopes: 'true' },
  tokenUrl: (credentials) => credentials['token_url'] ?? 'https://oauth2.googleapis.com/token',
  revoke: (credentials) => {
    const token = credentials['refresh_token'] ?? credentials['access_token'];
    if (!token) return undefined;
    return {
      url: 'https://oauth2.googleapis.com/revoke',
      request: { method: 'POST', headers: {}, body: { form: { token } } },
    };
  },
  allowed: /^(accounts\.google\.com|oauth2\.googleapis\.com)$/,
  usesPkce: true,
  scopeSeparator: ' ',
  baseScopes: ['openid', 'email'],
  rotates: false,
  accessTokenSeconds: 3599,
  idleDays: 180,
  request: (grant, { id, secret }) => ({
    method: 'POST',
    headers: {},
    body: { form: { ...grantParameters(grant), client_id: id, client_secret: secret } },
  }),
  read: (answer) => {
    const read = readTokenAnswer(answer);
    if ('verdict' in read) return read;
    const email = emailClaim(textOf(objectOf(answer.body)['id_token']));
    const scopes = withImplied(read.tokens.scopes, implied);
    return {
      tokens: {
        ...read.tokens,
        ...(scopes && { scopes }),
        ...(email !== undefined && { account: { id: email, name: email } }),
      },
    };
  },
};
