import type { Page } from '../page/page.ts';
import { areaPage } from './area-page.ts';
import { eventsPage } from './events-page.ts';
import type { OpenApi } from './openapi.ts';
import { areasOf, type Effects } from './operations.ts';
import { overviewPage } from './overview-page.ts';
import { schemasPage } from './schemas-page.ts';

/**
 * Returns the pages of the reference, made from the document and the manifest. Their order numbers start from `order`.
 */
export function referencePages(
  document: OpenApi,
  effects: Effects,
  { section, order }: { section: string; order: number },
): Page[] {
  const areas = areasOf(document, effects);
  const events = eventsPage(document, { section, order: order + areas.length + 1 });
  return [
    overviewPage(document, areas, { section, order }),
    ...areas.map((area, index) => areaPage(document, area, { section, order: order + 1 + index })),
    ...(events === undefined ? [] : [events]),
    schemasPage(document, { section, order: order + areas.length + 2 }),
  ];
}
