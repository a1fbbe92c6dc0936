// The settlement bank: its settings, and whether its folders can be listed.
import { openPlace } from '../serve/bank-files.ts';
import { type Check, type Finding, fail, fine, warn } from './finding.ts';

export const checkBank: Check = {
  name: 'bank',
  needsDatabase: false,
  async run({ config, isThorough }) {
    const { bankFiles } = config;
    if (bankFiles === null)
      return [
        warn(
          'bank.connected',
          'none',
          'TONGBAO_BANK_FILES names the settlement bank: until then nobody is paid out',
        ),
      ];
    const accounts = [...bankFiles.accounts.keys()].sort();
    const findings = [fine('bank.accounts', accounts.join(', '))];
    if (!isThorough) return [fine('bank.connected', 'set; the command looks into its folders'), ...findings];
    const place = await openPlace(bankFiles.place);
    const { out, in: incoming, done } = bankFiles.folders;
    try {
      for (const [name, folder] of Object.entries({ out, in: incoming, ...(done === null ? {} : { done }) }))
        findings.push(await folderFinding(`bank.folder-${name}`, folder, () => place.list(folder)));
      return findings;
    } finally {
      await place.close();
    }
  },
};

async function folderFinding(
  check: string,
  folder: string,
  list: () => Promise<readonly unknown[]>,
): Promise<Finding> {
  try {
    return fine(check, `${folder}, ${(await list()).length} files`);
  } catch (error) {
    const todo = 'is the server reached, our key known there, the host key right, the folder there?';
    return fail(check, `${folder}: ${(error as Error).message}`, todo);
  }
}
