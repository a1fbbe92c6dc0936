// The installation's keys: the file, whether they are the database's, how old they are, and what is about to change.

import { missingKeys } from '../installation-keys.ts';
import { isOthersFile } from '../system/index.ts';
import type { Patient } from './finding.ts';
import { type Check, fail, fine } from './finding.ts';
import { keyFindings } from './key-findings.ts';

export const checkKeys: Check = {
  name: 'keys',
  alsoSandbox: true,
  needsDatabase: true,
  async run({ config, keys, keysFault, database, clock }) {
    const file = await fileFinding(config.keys);
    if (keys === null) {
      const why =
        'TONGBAO_KEY_FILE (or TONGBAO_KEYS) has to name the keys that this database was written with';
      return [...file, fail('keys.read', keysFault ?? 'they cannot be read here', why)];
    }
    const missing = await missingKeys(database, keys.keys);
    return [
      ...file,
      missing.length === 0
        ? fine('keys.same', 'the database’s')
        : fail(
            'keys.same',
            `the database was written with ${missing.join(', ')}, which this file has not`,
            'copy the key file of the machine that serves, or of the backup that was made with this database',
          ),
      ...(keys.records === null ? [] : keyFindings(keys.records, clock.now())),
    ];
  },
};

async function fileFinding(source: Patient['config']['keys']) {
  if (source.kind === 'text') return [fine('keys.file', 'from the environment')];
  const others = await isOthersFile(source.file);
  return [
    others
      ? fail('keys.file', `others may read ${source.file}`, `chmod 600 ${source.file}`)
      : fine('keys.file', `${source.file}, its owner’s alone`),
  ];
}
