import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  type Panel,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** A heading and the panels below it. */
export type Section = { title: string; panels: readonly Builder<Panel>[] };

/** Makes a dashboard. Its name is used for its file, and is part of its address in Grafana. */
export function dashboard(name: string, title: string, sections: readonly Section[]): Dashboard {
  const builder = new DashboardBuilder(`DripPulse · ${title}`)
    .uid(`drippulse-${name}`)
    .tags(['drippulse'])
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
  for (const section of sections) {
    builder.withRow(new RowBuilder(section.title));
    for (const panel of section.panels) builder.withPanel(panel);
  }
  return builder.build();
}
