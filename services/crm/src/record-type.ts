/** Types of records as change events and errors name them. */
export type RecordType = 'account' | 'contact' | 'lead' | 'opportunity' | 'activity';

/** What can happen to a record. */
export type Action = 'created' | 'updated' | 'deleted';
