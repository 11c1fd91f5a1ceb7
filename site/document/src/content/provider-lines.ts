import {
  type Action,
  actionsOf,
  namesReceivers,
  type Provider,
  type ProviderKey,
  providerAliases,
  providers,
  type Repeat,
} from '@drippulse/providers';
import { z } from 'zod';
import { type Regions, table } from './regions.ts';

/**
 * Returns a region for each provider, `provider-<key>` without digits, with the provider's credentials and actions; and
 * the region `providers`, an overview.
 */
export function providerRegions(): Regions {
  const each = providers.map((provider) => [regionOf(provider.key), providerLines(provider)] as const);
  return { ...Object.fromEntries(each), providers: overviewLines() };
}

function regionOf(key: ProviderKey): string {
  return `provider-${key.replaceAll('_', '-').replace(/\d/g, '')}`;
}

function overviewLines(): string[] {
  const rows = providers.map(({ key, name, oauth, description }) => [
    `[${name}](#${key.replaceAll('_', '-')})`,
    [key, ...Object.keys(providerAliases).filter((alias) => providerAliases[alias] === key)].map(code).join(' '),
    oauth === undefined ? 'key' : 'Connect, or credentials',
    String(actionsOf(key).length),
    description,
  ]);
  return table(['provider', 'integration_id', 'connected by', 'actions', 'what it does'], rows);
}

function providerLines(provider: Provider): string[] {
  const sets = provider.requires.map((fields) => fields.map(code).join(' and '));
  const credentials = provider.credentials.map(({ name, isSecret, help }) => [
    code(name),
    isSecret ? `Secret. ${help}` : help,
  ]);
  return [
    ...table(['credential', 'what it is'], credentials),
    '',
    `A connection needs ${listed(sets, 'or')}.`,
    ...scopeLines(provider),
    ...limitLines(provider),
    '',
    ...table(['action', 'what it does', 'payload', 'repeat'], actionsOf(provider.key).map(actionRow)),
  ];
}

function scopeLines({ key, oauth, sourceScopes = [] }: Provider): string[] {
  const scopes = new Map<string, string[]>(oauth?.baseScopes.map((scope) => [scope, ['every connection']]));
  for (const { name, scopes: needed } of actionsOf(key))
    for (const scope of needed) scopes.set(scope, [...(scopes.get(scope) ?? []), code(name)]);
  for (const scope of sourceScopes) scopes.set(scope, [...(scopes.get(scope) ?? []), 'data sources']);
  if (scopes.size === 0) return [];
  const rows = [...scopes].map(([scope, users]) => [code(scope), users.join(', ')]);
  return ['', ...table(['scope', 'needed by'], rows)];
}

function limitLines({ limits }: Provider): string[] {
  const rates = limits.map(({ points, seconds, of = 'requests' }) => {
    const span = seconds === 1 ? 'a second' : seconds === 86_400 ? 'a day' : `in ${seconds} seconds`;
    return `${of} ${points.toLocaleString('en')} ${span}`;
  });
  if (rates.length === 0) return [];
  return [
    '',
    `The most that DripPulse sends to one account: ${listed(rates, 'and')}. Bulk runs take half of that at most.`,
  ];
}

function actionRow(action: Action): string[] {
  const { name, description, input, repeat } = action;
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const fields = Object.keys(properties).map((field) =>
    required.includes(field) ? `**${code(field)}**` : code(field),
  );
  return [code(name), `${description}${reachesNote(action)}`, fields.join(', '), repeatWords[repeat]];
}

function reachesNote({ reaches, writing, input }: Action): string {
  if (reaches === undefined) return '';
  if (reaches !== 'people') return ` ${reachesNotes[reaches]}`;
  const whose = namesReceivers({ input }) ? '' : ' of the contact';
  const held = writing?.isAnswer
    ? `suppressions${whose} by bounces, complaints and hand hold`
    : `suppressions${whose} and caps hold`;
  return ` Reaches people: ${held}.`;
}

const reachesNotes = {
  money: 'Moves money.',
  deletes: 'Deletes.',
} as const;

const repeatWords: Readonly<Record<Repeat, string>> = {
  key: 'safe: by key',
  upsert: 'safe: changes what is there',
  same: 'safe: changes nothing more',
  check: 'looks first',
  read: 'safe: only reads',
  none: 'not repeated',
};

function code(text: string): string {
  return `\`${text}\``;
}

function listed(items: readonly string[], word: 'and' | 'or'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`;
}
