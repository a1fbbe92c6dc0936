// Who knows people and cards, and the switch that cards' debits go to: their settings, and whether they answer.
import { openCardSwitch } from '../serve/card-switch.ts';
import { openRegistry } from '../serve/registry.ts';
import { type Check, fail, fine, warn } from './finding.ts';

export const checkRegistry: Check = {
  name: 'registry',
  needsDatabase: false,
  async run({ config, isThorough }) {
    const check = 'registry.connected';
    if (config.registry === null)
      return [
        warn(
          check,
          'none',
          'TONGBAO_REGISTRY_URL names who knows people and cards: until then no real name is checked and no card is added',
        ),
      ];
    const { host } = new URL(config.registry.url);
    if (!isThorough) return [fine(check, `${host}; the command asks it`)];
    try {
      const registry = await openRegistry(config.registry);
      // First digits that nobody issues under: any answer says that it is there and takes our token.
      await registry.cardFace('000000').finally(() => registry.close());
      return [fine(check, `${host}, it answers`)];
    } catch (error) {
      return [
        fail(check, (error as Error).message, 'are address, token and authority of the registry right?'),
      ];
    }
  },
};

export const checkSwitch: Check = {
  name: 'switch',
  needsDatabase: false,
  async run({ config, isThorough, database, clock }) {
    const check = 'switch.connected';
    if (config.cardSwitch === null)
      return [
        warn(
          check,
          'none',
          'TONGBAO_SWITCH names the switch that cards’ debits go to: until then no card is added',
        ),
      ];
    const { host, port, tls } = config.cardSwitch;
    const at = `${host}:${port}`;
    const line =
      tls !== null || /^(localhost|127\.[\d.]+|::1)$/.test(host)
        ? []
        : [
            warn(
              'switch.line',
              `${at} without TLS`,
              'use tls://, unless the line to the switch is safe by itself',
            ),
          ];
    if (!isThorough) return [fine(check, `${at}; the command signs on to it`), ...line];
    try {
      const cards = await openCardSwitch(config.cardSwitch, { database, clock, keeper: null });
      await cards.echo().finally(() => cards.close());
      return [fine(check, `${at}, signed on`), ...line];
    } catch (error) {
      const todo = 'are host, port, TLS and who we are there right (TONGBAO_SWITCH…)?';
      return [fail(check, (error as Error).message, todo), ...line];
    }
  },
};
