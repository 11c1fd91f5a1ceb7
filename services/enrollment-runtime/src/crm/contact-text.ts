/** Builds the JSON text of a contact: the record's members, its `public_id` as `lead_ref`, and the causing event. */
export function contactText(publicId: string, record: string, event?: string): string {
  const members = [`"lead_ref":${JSON.stringify(publicId)}`, record.slice(1, -1)];
  if (event !== undefined) members.push(`"event":${event}`);
  return `{${members.filter((member) => member !== '').join(',')}}`;
}
