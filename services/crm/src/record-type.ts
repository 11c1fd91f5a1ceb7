/** Types of records, as in change events and errors. */
export type RecordType = 'account' | 'contact' | 'lead' | 'opportunity' | 'activity';

/** Kinds of changes of a record. */
export type Action = 'created' | 'updated' | 'deleted';
