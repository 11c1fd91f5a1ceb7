/** Skills in the order of the pack. Each skill uses the variables of the skills before it. */
const skillNames = ['connect', 'build-workflow', 'enroll-and-observe', 'crm-records', 'webhooks-and-events'];

/**
 * Joins the skills into one file: the introduction, followed by each skill with its headings one level deeper. The
 * section "Before you start" of a skill is left out, because the earlier skills do what the section asks for.
 */
export function skillsPack(pages: ReadonlyMap<string, string>): string {
  const text = (file: string): string => {
    const page = pages.get(`skills/${file}`);
    if (page === undefined) throw new Error(`There is no skills/${file}`);
    return page;
  };
  const skills = skillNames.map((name) => {
    const body = text(`${name}/SKILL.md`).replace(/^---\n[\s\S]*?\n---\n/, '');
    return deeper(withoutSection(body, 'Before you start'));
  });
  return [text('introduction.md'), ...skills]
    .map((part) => part.trim())
    .join('\n\n')
    .concat('\n');
}

function withoutSection(markdown: string, title: string): string {
  const [start = '', ...sections] = markdown.split(/^(?=## )/m);
  return [start, ...sections.filter((section) => !section.startsWith(`## ${title}\n`))].join('');
}

/** Lowers every heading by one level. Lines of code that begin with `#` are not changed. */
function deeper(markdown: string): string {
  let isCode = false;
  const lines = markdown.split('\n').map((line) => {
    if (line.startsWith('```')) isCode = !isCode;
    return !isCode && /^#+ /.test(line) ? `#${line}` : line;
  });
  return lines.join('\n');
}
