import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { freePort } from '@drippulse/servers';
import { findHelm } from '@drippulse/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkCommands } from '../src/documentation/check-commands.ts';
import { checkJson } from '../src/documentation/check-json.ts';
import { type CodeBlock, codeBlocks } from '../src/documentation/code-blocks.ts';
import { walkAsAgent } from '../src/documentation/outside-agent.ts';
import { runPage } from '../src/documentation/run-page.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
/** The Markdown versions of all pages, as paths below `/docs`. The pack is listed instead of its single skills. */
const everyPage = readdirSync(`${root}site/static/docs`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md') && !file.startsWith('skills/'))
  .sort();
/** Pages that have a sample for each operation. `test/docs` runs these samples. */
const isReference = (page: string) => page.startsWith('api/');
const pages = everyPage.filter((page) => !isReference(page));
let platform: RunningPlatform;
/** The Helm program; undefined if there is none. */
let helm: string | undefined;

beforeAll(async () => {
  const found = await findHelm();
  helm = 'helm' in found ? found.helm : undefined;
  platform = await startLayout('start');
});
afterAll(() => platform?.dispose());

async function read(address: string): Promise<string> {
  const answer = await fetch(`${platform.baseUrl}${address}`);
  expect(`${address} ${answer.status}`).toBe(`${address} 200`);
  return answer.text();
}

/** Whether the block is run, either by the test itself or, as a file, by other blocks of the page. */
function isRun({ language, attributes }: CodeBlock): boolean {
  if (attributes['norun'] !== undefined || attributes['checked-by'] !== undefined) return false;
  return ['sh', 'ts', 'js'].includes(language) || attributes['file'] !== undefined;
}

test('the walk of the README runs as it stands and ends with a completed enrollment', async () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const walk = /<!-- walk -->\n```sh\n([\s\S]*?)```\n<!-- \/walk -->/.exec(readme)?.[1];
  expect(walk).toBeDefined();
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', (walk ?? '').replaceAll('| head -c 300', '')], {
    env: { ...process.env, API_BASE: `${platform.baseUrl}/api/v1`, TOKEN: platform.apiKey },
    maxBuffer: 16 * 1024 * 1024,
  });
  expect(stdout).toContain('"valid":true');
  expect(stdout).toContain('"test_fixture_profile":"demo"');
  expect(stdout).toContain('"secret":"whsec_');
  expect(stdout).toContain('"created_count":2');
  expect(stdout).toContain('"step_funnel"');
  const detail = JSON.parse(stdout.slice([...stdout.matchAll(/\{"id":\d+,"workflow_id":/g)].at(-1)?.index));
  expect(detail).toMatchObject({ status: 'completed', lead_ref: 'crm-1', progress_percent: 100 });
  expect(detail.action_timeline.at(-1)).toMatchObject({ message: 'Hello Ada', status: 'succeeded' });
});

test('the three calls that npm start prints work when pasted', async () => {
  const calls = platform
    .output()
    .split('\n')
    .filter((line) => /^ {2}(export|curl)/.test(line))
    .map((line) => line.trim());
  expect(calls).toHaveLength(4);
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', calls.join('\n')]);
  expect(stdout).toContain('"created_count":2');
  expect(stdout).toContain('"total_count":');
});

test('llms.txt lists every page, and nothing that is not there', async () => {
  const text = await read('/llms.txt');
  const links = [...text.matchAll(/\]\((\/[^)]+)\)/g)].map(([, link = '']) => link);
  await Promise.all(links.map(read));
  const [skills, listed] = [true, false].map((isSkill) =>
    links.filter((link) => link.endsWith('.md') && link.startsWith('/docs/skills/') === isSkill).sort(),
  );
  expect(listed).toEqual(everyPage.map((page) => `/docs/${page}`));
  expect(skills).toContain('/docs/skills/drippulse-agent-skills-v1.md');
});

describe.each(pages)('/docs/%s', (page) => {
  let blocks: CodeBlock[];

  beforeAll(async () => {
    blocks = codeBlocks(page, await read(`/docs/${page}`));
  });

  test('its programs run as they stand, in their order', async () => {
    const env = {
      API_BASE: `${platform.baseUrl}/api/v1`,
      TOKEN: platform.apiKey,
      BRIDGE_PORT: String(await freePort()),
    };
    const programs = blocks.filter(isRun);
    // If no shell block names a file, the file is never run.
    for (const { place, attributes } of programs) {
      const { file } = attributes;
      const isUsed = programs.some(({ language, code }) => language === 'sh' && code.includes(file ?? ''));
      if (file !== undefined && !isUsed) throw new Error(`${place}: no program uses ${file}`);
    }
    const { dispose } = await runPage(programs, env);
    dispose();
  });

  test('its JSON is what the API takes and answers', async () => {
    for (const block of blocks.filter(({ language, attributes }) => language === 'json' && !attributes['norun'])) {
      await checkJson(block, platform.api).catch((error) => {
        throw new Error(`${block.place}: ${error.message}`, { cause: error });
      });
    }
  });

  test('every other block names the test that checks it, or why it cannot run', async () => {
    for (const { place, language, attributes, code } of blocks.filter((block) => !isRun(block))) {
      const { 'checked-by': checkedBy, norun } = attributes;
      if (checkedBy !== undefined) {
        expect(await readFile(path.join(root, 'node_modules', checkedBy), 'utf8')).toContain(`'${language}'`);
      } else if (norun !== undefined) {
        if (language === 'sh') await checkCommands(code, helm);
      } else if (language !== 'json') {
        throw new Error(`${place}: say how this block is checked`);
      }
    }
  });
});

test('only these blocks are not run: commands that would start, change or remove a platform', async () => {
  const everything = await Promise.all(pages.map(async (page) => codeBlocks(page, await read(`/docs/${page}`))));
  const unrun = everything.flat().filter(({ attributes }) => attributes['norun'] !== undefined);
  expect(unrun.map(({ place, attributes }) => `${place.split(':')[0]}: ${attributes['norun']}`)).toEqual([
    'self-hosting.md: starts the platform that this page already talks to',
    'self-hosting.md: each starts a platform, containers or removes data',
    'self-hosting.md: needs servers of yours',
    'self-hosting.md: needs a cluster',
    'self-hosting.md: runs in a clone of the repository, on the database of the installation',
  ]);
});

test('an agent that has read only llms.txt and the skills pack enrolls a contact, reads its timeline and verifies a webhook', async () => {
  const RECEIVER_URL = `http://127.0.0.1:${await freePort()}`;
  const walk = await walkAsAgent({ API_BASE: `${platform.baseUrl}/api/v1`, TOKEN: platform.apiKey, RECEIVER_URL });
  const events = readFileSync(path.join(walk.folder, 'verified-events.ndjson'), 'utf8');
  walk.dispose();

  // Compares the agent's output with the data of the platform.
  const [, workflow, enrollment] = /^workflow (\d+)\n[\s\S]*^enrollment (\d+)$/m.exec(walk.stdout) ?? [];
  const { body } = await platform.api.get(`/api/v1/workflows/${workflow}/enrollments/${enrollment}`);
  expect(body).toMatchObject({ status: 'completed', lead_ref: 'skill-ada', contact: { email: 'ada@example.com' } });
  for (const { step_name, status, message } of body.action_timeline) {
    expect(walk.stdout).toContain(`${step_name}: ${status} ${message}`);
  }
  const reported = events
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(reported).toContainEqual(
    expect.objectContaining({
      type: 'enrollment.completed',
      data: expect.objectContaining({ workflow_id: Number(workflow), lead_ref: 'skill-edsger' }),
    }),
  );
  expect(walk.stdout).toContain('401, as nobody has signed this');
  expect(walk.stdout).not.toContain(platform.apiKey);
  expect(walk.stdout).not.toContain('whsec_');
});

test('each skill of the pack is served as a file of its own, with the same blocks', async () => {
  const blocksOf = async (address: string) => codeBlocks(address, await read(address)).map(({ code }) => code);
  const pack = await blocksOf('/docs/skills/drippulse-agent-skills-v1.md');
  const skills = ['connect', 'build-workflow', 'enroll-and-observe', 'crm-records', 'webhooks-and-events'];
  const single = await Promise.all(skills.map((name) => blocksOf(`/docs/skills/${name}/SKILL.md`)));
  expect(single.flat()).toEqual(pack);
  for (const [index, name] of skills.entries()) {
    const text = await read(`/docs/skills/${name}/SKILL.md`);
    // The limits of agentskills.io: the name equals the folder's name, the description has up to 1,024 characters, and
    // the body has fewer than 500 lines.
    const [, given, description = ''] = /^---\nname: (.*)\ndescription: (.*)\n/.exec(text) ?? [];
    expect([given, description.length <= 1024, text.split('\n').length < 500, single[index]?.length]).toEqual([
      name,
      true,
      true,
      expect.any(Number),
    ]);
  }
});
