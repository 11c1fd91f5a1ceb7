import type { Verdict } from './verdict.ts';

/**
 * Clients that are not readers, by a part of their user agent in lower case. Each group names the source of its agents,
 * read on 2026-11-27; only facts are taken from the source. An agent without such a source does not belong here: most
 * gateways that check links call themselves a browser, and the other rules detect them by their timing.
 *
 * `ms-office` is not in the list: Outlook for Windows has it in its own agent, so it would hide readers
 * (matomo-org/device-detector, `Tests/Parser/Client/fixtures/pim.yml`).
 */
export const knownAgents: readonly { part: string; verdict: Verdict; name: string }[] = [
  // Proxies that fetch pictures for a reader, so that an open proves nothing. Source:
  // https://github.com/monperrus/crawler-user-agents, crawler-user-agents.json at 7c7f9f2.
  { part: 'googleimageproxy', verdict: 'privacy_proxy', name: 'Gmail image proxy' },
  { part: 'yahoomailproxy', verdict: 'privacy_proxy', name: 'Yahoo mail proxy' },
  // A service that checks mails. Source: https://github.com/matomo-org/device-detector, regexes/bots.yml at 3856a28.
  { part: 'barracuda sentinel', verdict: 'scanner', name: 'Barracuda Sentinel' },
  // Office checks whether the target of a link exists. Source: Microsoft,
  // https://blogs.msdn.microsoft.com/vsofficedeveloper/2008/03/11/description-of-the-microsoft-office-existence-discovery-protocol-2/.
  { part: 'microsoft office existence discovery', verdict: 'scanner', name: 'Microsoft Office discovery' },
  // Programs that fetch previews of links. Source: crawler-user-agents.json as above.
  { part: 'slackbot', verdict: 'scanner', name: 'Slack preview' },
  { part: 'skypeuripreview', verdict: 'scanner', name: 'Skype preview' },
  { part: 'whatsapp', verdict: 'scanner', name: 'WhatsApp preview' },
  { part: 'telegrambot', verdict: 'scanner', name: 'Telegram preview' },
  { part: 'facebookexternalhit', verdict: 'scanner', name: 'Facebook preview' },
  { part: 'bingpreview', verdict: 'scanner', name: 'Bing preview' },
  // Headless browsers, and libraries. Source: crawler-user-agents.json as above.
  { part: 'headlesschrome', verdict: 'scanner', name: 'headless browser' },
  { part: 'phantomjs', verdict: 'scanner', name: 'headless browser' },
  { part: 'curl/', verdict: 'scanner', name: 'curl' },
  { part: 'wget/', verdict: 'scanner', name: 'wget' },
  { part: 'python-', verdict: 'scanner', name: 'Python library' },
  { part: 'python/', verdict: 'scanner', name: 'Python library' },
  { part: 'go-http-client', verdict: 'scanner', name: 'Go library' },
  { part: 'apache-httpclient', verdict: 'scanner', name: 'Java library' },
  { part: 'okhttp', verdict: 'scanner', name: 'Java library' },
  { part: 'axios/', verdict: 'scanner', name: 'JavaScript library' },
  { part: 'node-fetch', verdict: 'scanner', name: 'JavaScript library' },
  { part: 'libwww-perl', verdict: 'scanner', name: 'Perl library' },
  // Source: device-detector, regexes/client/libraries.yml at 3856a28.
  { part: 'java/', verdict: 'scanner', name: 'Java library' },
  { part: 'undici', verdict: 'scanner', name: 'JavaScript library' },
  // Common parts of the agents of crawlers. Each part is in many of the agents in crawler-user-agents.json: `scanner`
  // in 12, and the most common, `bot/`, in 505.
  { part: 'bot/', verdict: 'scanner', name: 'crawler' },
  { part: 'bot;', verdict: 'scanner', name: 'crawler' },
  { part: 'crawler', verdict: 'scanner', name: 'crawler' },
  { part: 'spider', verdict: 'scanner', name: 'crawler' },
  { part: 'scanner', verdict: 'scanner', name: 'scanner' },
];

/**
 * Complete user agents that a proxy sends and a browser never does. Source:
 * https://github.com/ua-parser/uap-core/issues/509, read on 2026-11-27.
 */
export const proxyAgents: ReadonlyMap<string, string> = new Map([['mozilla/5.0', 'Apple Mail Privacy Protection']]);

/**
 * Networks of companies that fetch pictures or check links, each with the source that names its owner, read on
 * 2026-11-27. A network that only sends mails, as SPF records say, does not belong here.
 */
export const knownNetworks: readonly { cidr: string; verdict: Verdict; name: string }[] = [
  // Source: https://github.com/MISP/misp-warninglists, lists/apple/list.json at 84f0610.
  { cidr: '17.0.0.0/8', verdict: 'privacy_proxy', name: 'Apple' },
  // Source: the addresses of its services at https://proofpoint.my.site.com/support/PPSup_SupportInfo.
  { cidr: '67.231.144.0/20', verdict: 'scanner', name: 'Proofpoint' },
];
