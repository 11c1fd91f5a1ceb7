import { objectOf, textOf } from '../answers/reading.ts';
import type { Provider } from '../provider.ts';
import { bearer } from '../requests/sign.ts';
import { judge } from './judge.ts';
import { get } from './requests.ts';

export const stripe: Provider = {
  key: 'stripe',
  name: 'Stripe',
  description: 'Makes customers, checkout sessions, payment links and invoices.',
  hosts: {
    api: { originOf: () => 'https://api.stripe.com', allowed: /^api\.stripe\.com$/ },
  },
  credentials: [
    {
      name: 'secret_key',
      label: 'Secret key',
      isSecret: true,
      help: 'Developers, API keys: best a restricted key (rk_…) with the resources that your actions write; sk_test_ and rk_test_ move no money.',
      pattern: /^(sk|rk)_(live|test)_[A-Za-z0-9]{8,250}$/,
    },
  ],
  requires: [['secret_key']],
  sign: (credentials) => bearer(credentials['secret_key']),
  judge,
  *test(credentials) {
    const isLive = credentials['secret_key']?.includes('_live_') === true;
    const mode = isLive ? 'Live mode: real money moves.' : 'Test mode: no money moves.';
    // A restricted key without these permissions gets 403, which proves that the key is valid.
    const isRefusedRight = ({ status }: { status: number }) => status === 403;
    const balance = yield { ...get('/v1/balance'), isDone: isRefusedRight };
    const { body } = yield { ...get('/v1/account'), isDone: isRefusedRight };
    const { id: accountId, business_profile: profile } = objectOf(body);
    const id = textOf(accountId);
    const name = textOf(objectOf(profile)['name']) ?? id;
    return {
      account: id === undefined ? null : { id, name: isLive ? (name ?? null) : `${name} (test mode)` },
      checks: [
        {
          name: 'key',
          ok: true,
          detail:
            balance.status === 403
              ? 'The key is alive. It may not read the balance, which no action needs.'
              : 'The key is alive.',
        },
        { name: 'mode', ok: true, detail: mode },
      ],
    };
  },
  // The limit of a sandbox. In a live account, this limit applies to each kind of request separately.
  limits: [{ points: 25, seconds: 1 }],
};
