// The installation's keys: which is used, which comes; nothing secret. The file is changed where it lies, by the command.
import type { InstallationKey } from '@tongbao/protocol/console';
import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { time, useAsk, useWords } from './ask.ts';
import { nameOfCheck } from './doctor-words.ts';
import { Failed, Wide } from './pieces.tsx';

interface Answer {
  readonly keys: readonly InstallationKey[];
  readonly file: string | null;
}

type Standing = 'keyUsed' | 'keyFormer' | 'keyComing';
const colors = { keyUsed: 'green', keyFormer: 'default', keyComing: 'blue' } as const;

/** By the ids: the highest whose moment has come is used. */
function standingOf(key: InstallationKey, keys: readonly InstallationKey[], now: number): Standing {
  const fromMs = ({ from }: InstallationKey) => (from === null ? 0 : Date.parse(from));
  if (fromMs(key) > now) return 'keyComing';
  const used = keys.filter((other) => other.purpose === key.purpose && fromMs(other) <= now);
  return key.id === Math.max(...used.map(({ id }) => id)) ? 'keyUsed' : 'keyFormer';
}

export function Keys() {
  const say = useWords();
  const isChinese = useTranslation().i18n.language.startsWith('zh');
  const answer = useAsk<Answer>('/keys');
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const keys = answer.data?.keys ?? [];
  const now = Date.now();
  return (
    <>
      <p className="lead">{say('keysText')}</p>
      <Wide<InstallationKey>
        label={say('navKeys')}
        rowKey={({ purpose, id }) => `${purpose}/${id}`}
        dataSource={[...keys]}
        loading={answer.isPending}
        pagination={false}
        columns={[
          { title: say('keyName'), render: (_, { purpose }) => nameOfCheck(`keys.${purpose}`, isChinese) },
          { title: say('keyId'), className: 'number', dataIndex: 'id' },
          {
            title: say('status'),
            render: (_, key) => {
              const standing = standingOf(key, keys, now);
              return <Tag color={colors[standing]}>{say(standing)}</Tag>;
            },
          },
          {
            title: say('keyFrom'),
            className: 'number',
            render: (_, { from }) => (from === null ? say('keyFirst') : time(from)),
          },
        ]}
      />
      <section className="panel">
        <h2>{say('rotateKeys')}</h2>
        <p>
          {answer.data?.file === null
            ? say('keysFromText')
            : say('rotateKeysText', { file: answer.data?.file ?? '' })}
        </p>
        {answer.data?.file !== null && (
          <pre style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            <code>npm run tongbao -- keys rotate cashier --in 10m --reason &quot;…&quot;</code>
          </pre>
        )}
        <p className="muted">{say('rotateKeysAfter')}</p>
      </section>
    </>
  );
}
