import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Reason } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { type AgentFile, llmsFull, llmsIndex, twinText } from './agents/llms.ts';
import { readSkill, type Skill, skillAddress, skillsIndex } from './agents/skills.ts';
import { assets } from './assets.ts';
import { consolePage } from './content/console-page.ts';
import { contentPage } from './content/content-page.ts';
import { errorsPage } from './content/errors-page.ts';
import { documentOf } from './layout/layout.ts';
import type { Page } from './page/page.ts';
import type { OpenApi } from './reference/openapi.ts';
import { referencePages } from './reference/reference-pages.ts';
import { searchEntries } from './search/search-entries.ts';

const contentFolder = 'site/pages/content';
const documentAddress = '/docs/skills/drippulse-openapi-v1.json';
/** Address of the facts about operations that the document cannot express. Older trees do not have this file. */
const manifestAddress = '/docs/skills/manifest.json';
const packAddress = '/docs/skills/drippulse-agent-skills-v1.md';
/** Place of the reference. Hand-written pages come before it. */
const reference = { section: 'API reference', order: 10_000 };

/**
 * Returns the pages of the site and all files that they load, by path from the root of the repository. `earlier`
 * contains the files that were generated before: the OpenAPI document, and pages of the content folder with generated
 * regions.
 */
export function generatedFiles(
  earlier: ReadonlyMap<string, string | Buffer>,
  reasons: readonly Reason[],
): Map<string, string | Buffer> {
  const document: OpenApi = JSON.parse(String(earlier.get(`site/static${documentAddress}`)));
  const { written, skills } = readContent(earlier);
  const pages: Page[] = [
    ...written,
    ...referencePages(document, effectsOf(earlier.get(`site/static${manifestAddress}`)), reference),
    errorsPage(reasons, { ...reference, order: reference.order + 1_000 }),
    consolePage({ ...reference, order: reference.order + 1_001 }),
  ];
  const files: AgentFile[] = [
    ...(earlier.has(`site/static${packAddress}`) ? [pack] : []),
    ...skills.map((skill) => ({ title: skill.name, address: skillAddress(skill), description: skill.description })),
    openApi,
    ...(earlier.has(`site/static${manifestAddress}`) ? [manifest] : []),
  ];
  const served: [string, string | Buffer][] = [
    ...pages.flatMap((page): [string, string][] => [
      [`docs/${page.path}.html`, documentOf(page, pages)],
      [`docs/${page.path}.md`, twinText(page)],
    ]),
    ...skills.map((skill): [string, string] => [skillAddress(skill).slice(1), skill.text]),
    ['.well-known/agent-skills/index.json', skillsIndex(skills)],
    ['llms.txt', llmsIndex(pages, files)],
    ['llms-full.txt', llmsFull(pages)],
    ['docs/assets/search-entries.json', searchEntries(pages)],
    ...assets(),
  ];
  return new Map(served.map(([file, content]) => [`site/static/${file}`, content]));
}

const pack: AgentFile = {
  title: 'Agent skills pack, v1',
  address: packAddress,
  description: 'authentication, golden paths, workflows, CRM, webhooks, errors and safety rules in one file',
};

const openApi: AgentFile = {
  title: 'OpenAPI document',
  address: documentAddress,
  description: 'every operation with its fields, answers and errors',
};

const manifest: AgentFile = {
  title: 'Manifest of operations',
  address: manifestAddress,
  description: 'role, effect, idempotency, paging and errors of every operation, for programs that make tools of them',
};

function effectsOf(manifest: string | Buffer | undefined): Map<string, string> {
  const { operations = [] }: { operations?: { id: string; effect: string }[] } = JSON.parse(String(manifest ?? '{}'));
  return new Map(operations.map(({ id, effect }) => [id, effect]));
}

/** Reads the hand-written content: pages, and the skills of agents in folders of `skills`. */
function readContent(earlier: ReadonlyMap<string, string | Buffer>): { written: Page[]; skills: Skill[] } {
  const root = path.resolve(import.meta.dirname, '../../..');
  const names = readdirSync(path.join(root, contentFolder), { recursive: true, encoding: 'utf8' }).sort();
  const textOf = (name: string) => {
    const file = `${contentFolder}/${name}`;
    return String(earlier.get(file) ?? readFileSync(path.join(root, file), 'utf8'));
  };
  return {
    written: names
      .filter((name) => name.endsWith('.md') && !name.startsWith('skills/'))
      .map((name) => contentPage(name.replace(/\.md$/, ''), textOf(name))),
    skills: names.flatMap((name) => {
      const folder = /^skills\/([^/]+)\/SKILL\.md$/.exec(name)?.[1];
      return folder === undefined ? [] : [readSkill(folder, textOf(name))];
    }),
  };
}
