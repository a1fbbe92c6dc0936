// The stores' database: whether it has been filled, and with what. Everything else in it is Vendure's.
import pg from 'pg';

/** Runs one piece of work on a connection of its own. */
async function on<Answer>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<Answer>,
): Promise<Answer> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The mark that `markFilled` left; null for an empty database and for one whose filling was interrupted. */
export const filledWith = (databaseUrl: string): Promise<string | null> =>
  on(databaseUrl, async (client) => {
    const there = await client.query("SELECT to_regclass('public.stores_filled') IS NOT NULL AS there");
    if (there.rows[0]?.there !== true) return null;
    const { rows } = await client.query('SELECT mark FROM public.stores_filled');
    return (rows[0]?.mark as string | undefined) ?? null;
  });

/** Throws everything away: half a shop is worse than none. */
export const emptied = (databaseUrl: string): Promise<void> =>
  on(databaseUrl, async (client) => {
    await client.query('DROP SCHEMA public CASCADE');
    await client.query('CREATE SCHEMA public');
  });

export const markFilled = (databaseUrl: string, mark: string): Promise<void> =>
  on(databaseUrl, async (client) => {
    await client.query('CREATE TABLE IF NOT EXISTS public.stores_filled (mark text NOT NULL)');
    await client.query('DELETE FROM public.stores_filled');
    await client.query('INSERT INTO public.stores_filled (mark) VALUES ($1)', [mark]);
  });
