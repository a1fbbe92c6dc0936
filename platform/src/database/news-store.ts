// The one statement of the news: PostgreSQL tells who listens, once the transaction has committed.
import { statement } from './statement.ts';

export const tellStatement = statement('system.tell', 'SELECT pg_notify($1, $2)');
