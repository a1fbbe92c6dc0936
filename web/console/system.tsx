// The state of the system as `tongbao doctor` sees it: what there is, and what to do about it.
import type { Finding } from '@tongbao/protocol/console';
import { Button, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { time, useAsk, useWords } from './ask.ts';
import { nameOfCheck, textOfFinding } from './doctor-words.ts';
import { Failed, Wide } from './pieces.tsx';

interface Look {
  readonly at: string;
  readonly findings: readonly Finding[];
}

const verdicts = ['fail', 'warn', 'ok'] as const;
const colors = { ok: 'green', warn: 'gold', fail: 'red' } as const;
const words = { ok: 'verdictOk', warn: 'verdictWarn', fail: 'verdictFail' } as const;

export function System() {
  const say = useWords();
  const isChinese = useTranslation().i18n.language.startsWith('zh');
  const answer = useAsk<Look>('/system');
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const findings = answer.data?.findings ?? [];
  const sorted = verdicts.flatMap((verdict) => findings.filter((each) => each.verdict === verdict));
  const count = (verdict: Finding['verdict']) => findings.filter((each) => each.verdict === verdict).length;
  return (
    <>
      <p className="lead">{say('systemText')}</p>
      <div className="tools">
        {answer.data !== undefined && (
          <span role="status">
            {say('systemCount', { fail: count('fail'), warn: count('warn'), ok: count('ok') })} ·{' '}
            {say('lookedAt', { time: time(answer.data.at) })}
          </span>
        )}
        <Button loading={answer.isFetching} onClick={() => void answer.refetch()}>
          {say('lookAgain')}
        </Button>
      </div>
      <Wide<Finding>
        label={say('navSystem')}
        rowKey="check"
        dataSource={sorted}
        loading={answer.isPending}
        pagination={false}
        columns={[
          {
            title: say('status'),
            render: (_, { verdict }) => <Tag color={colors[verdict]}>{say(words[verdict])}</Tag>,
          },
          { title: say('checkName'), render: (_, { check }) => nameOfCheck(check, isChinese) },
          {
            title: say('foundAndTodo'),
            render: (_, { found, todo }) => (
              <>
                {textOfFinding(found, isChinese)}
                {todo !== null && <p className="muted">→ {textOfFinding(todo, isChinese)}</p>}
              </>
            ),
          },
        ]}
      />
    </>
  );
}
