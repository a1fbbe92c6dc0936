// A person's own account: second factors, recovery codes, password, sessions, access tokens. What matters asks for a proof first.
import { useQueryClient } from '@tanstack/react-query';
import type { FactorOffer, MadeToken, OwnAccount, RecoveryCodes } from '@tongbao/protocol/console';
import { Alert, Button, Form, Input, Modal, Select, Tag, Typography } from 'antd';
import { type ReactNode, useState } from 'react';
import { tell, time, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { KeepCodes, MakeFactor } from './make-factor.tsx';
import { Password } from './password.tsx';
import { Failed } from './pieces.tsx';
import { TellDialog } from './tell-dialog.tsx';

type Open =
  | { readonly kind: 'factor' | 'token' | 'renew' }
  | { readonly kind: 'codes'; readonly codes: readonly string[] }
  | { readonly kind: 'made'; readonly made: MadeToken }
  | { readonly kind: 'end'; readonly title: string; readonly path: string };

export function Account({ member, factorMissing }: Pick<PageProps, 'member'> & { factorMissing: boolean }) {
  const say = useWords();
  const queries = useQueryClient();
  const account = useAsk<OwnAccount>('/account');
  const [open, setOpen] = useState<Open | null>(factorMissing ? { kind: 'factor' } : null);
  if (account.isError) return <Failed again={() => void account.refetch()} />;
  const leave = () => setOpen(null);
  const made = async ({ recoveryCodes }: RecoveryCodes) => {
    setOpen(recoveryCodes.length === 0 ? null : { kind: 'codes', codes: recoveryCodes });
    if (recoveryCodes.length === 0) await queries.invalidateQueries();
  };
  return (
    <>
      {factorMissing && <Alert type="warning" showIcon title={say('factorMissing')} className="gap" />}
      {account.data !== undefined && <Factors account={account.data} open={setOpen} />}
      {account.data !== undefined && !factorMissing && (
        <>
          <Tokens account={account.data} open={setOpen} />
          <Sessions account={account.data} open={setOpen} />
        </>
      )}
      <Panel title={say('changePassword')} acts={null}>
        <Password member={member} />
      </Panel>
      {open?.kind === 'factor' && (
        <Modal open title={say('factorTitle')} footer={null} onCancel={leave} mask={{ closable: false }}>
          <MakeFactor
            offer={(kind) => tell<FactorOffer>('/account/factors/offer', { kind })}
            send={async (factor) => made(await tell<RecoveryCodes>('/account/factors', { factor }))}
          />
        </Modal>
      )}
      {open?.kind === 'renew' && (
        <TellDialog<object, RecoveryCodes>
          title={say('renewCodes')}
          path="/account/recovery-codes"
          leave={leave}
          onDone={(answer) => void made(answer)}
          stays
        >
          <p>{say('renewCodesText')}</p>
        </TellDialog>
      )}
      {open?.kind === 'codes' && (
        <Modal open title={say('codesTitle')} footer={null} closable={false}>
          <KeepCodes
            codes={open.codes}
            onKept={() => {
              leave();
              void queries.invalidateQueries();
            }}
          />
        </Modal>
      )}
      {open?.kind === 'token' && (
        <NewToken leave={leave} onMade={(token) => setOpen({ kind: 'made', made: token })} />
      )}
      {open?.kind === 'made' && <ShownToken {...open.made} leave={leave} />}
      {open?.kind === 'end' && (
        <TellDialog title={open.title} path={open.path} leave={leave}>
          <p>{say('endThisText')}</p>
        </TellDialog>
      )}
    </>
  );
}

interface PartProps {
  readonly account: OwnAccount;
  readonly open: (open: Open) => void;
}

const Panel = (props: { title: string; acts: ReactNode; children: ReactNode }) => (
  <section className="panel" aria-label={props.title}>
    <div className="panel-head">
      <h2>{props.title}</h2>
      {props.acts}
    </div>
    {props.children}
  </section>
);

function Factors({ account, open }: PartProps) {
  const say = useWords();
  const { factors, factorNeeded, recoveryCodesLeft } = account;
  return (
    <Panel
      title={say('factors')}
      acts={<Button onClick={() => open({ kind: 'factor' })}>{say('addFactor')}</Button>}
    >
      <p className="muted">{say(factorNeeded ? 'factorsNeededText' : 'factorsText')}</p>
      <ul className="rows">
        {factors.map((each) => (
          <li key={each.id}>
            <span>
              <strong>{say(`factor-${each.kind}`)}</strong>{' '}
              <span className="muted">
                {say('addedAt', { time: time(each.addedAt) })}
                {each.lastUsedAt === null ? '' : ` · ${say('usedAt', { time: time(each.lastUsedAt) })}`}
              </span>
            </span>
            <Button
              size="small"
              disabled={factorNeeded && factors.length === 1}
              onClick={() =>
                open({ kind: 'end', title: say('removeFactor'), path: `/account/factors/${each.id}/remove` })
              }
            >
              {say('remove')}
            </Button>
          </li>
        ))}
        {factors.length > 0 && (
          <li>
            <span>
              <strong>{say('recoveryCodes')}</strong>{' '}
              <span className="muted">{say('codesLeft', { count: recoveryCodesLeft })}</span>
            </span>
            <Button size="small" onClick={() => open({ kind: 'renew' })}>
              {say('renewCodes')}
            </Button>
          </li>
        )}
      </ul>
    </Panel>
  );
}

function Sessions({ account, open }: PartProps) {
  const say = useWords();
  return (
    <Panel title={say('sessions')} acts={null}>
      <ul className="rows">
        {account.sessions.map((each) => (
          <li key={each.id}>
            <span>
              <strong>{each.browser === '' ? say('unknownBrowser') : each.browser}</strong>{' '}
              {each.isThis && <Tag color="green">{say('thisSession')}</Tag>}
              <span className="muted">
                {each.network} · {say('sinceTime', { time: time(each.createdAt) })} ·{' '}
                {say('usedAt', { time: time(each.lastSeenAt) })} · {say(`by-${each.provedBy}`)}
              </span>
            </span>
            {!each.isThis && (
              <Button
                size="small"
                onClick={() =>
                  open({ kind: 'end', title: say('endSession'), path: `/account/sessions/${each.id}/end` })
                }
              >
                {say('endSession')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Tokens({ account, open }: PartProps) {
  const say = useWords();
  return (
    <Panel
      title={say('tokens')}
      acts={<Button onClick={() => open({ kind: 'token' })}>{say('newToken')}</Button>}
    >
      <p className="muted">{say('tokensText')}</p>
      <ul className="rows">
        {account.tokens.map((each) => (
          <li key={each.id}>
            <span>
              <strong>{each.name}</strong> <Tag>{say(`scope-${each.scope}`)}</Tag>
              <span className="muted">
                {say('untilTime', { time: time(each.expiresAt) })} ·{' '}
                {each.lastUsedAt === null ? say('neverUsed') : say('usedAt', { time: time(each.lastUsedAt) })}
              </span>
            </span>
            <Button
              size="small"
              onClick={() =>
                open({
                  kind: 'end',
                  title: `${say('endToken')} · ${each.name}`,
                  path: `/account/tokens/${each.id}/end`,
                })
              }
            >
              {say('endToken')}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const scopes = ['read', 'act', 'manage'] as const;
const lifetimes = [1, 30, 90, 365] as const;

function NewToken({ leave, onMade }: { leave: () => void; onMade: (made: MadeToken) => void }) {
  const say = useWords();
  return (
    <TellDialog<{ name: string; scope: (typeof scopes)[number]; days: number }, MadeToken>
      title={say('newToken')}
      path="/account/tokens"
      begin={{ scope: 'act', days: 90 }}
      okText={say('makeToken')}
      leave={leave}
      onDone={onMade}
      stays
    >
      <Form.Item
        name="name"
        label={say('tokenName')}
        rules={[{ required: true, whitespace: true, message: say('needed') }]}
      >
        <Input maxLength={60} autoFocus />
      </Form.Item>
      <Form.Item name="scope" label={say('tokenScope')}>
        <Select options={scopes.map((each) => ({ value: each, label: say(`scopeText-${each}`) }))} />
      </Form.Item>
      <Form.Item name="days" label={say('tokenDays')}>
        <Select
          options={lifetimes.map((each) => ({ value: each, label: say('goodForDays', { days: each }) }))}
        />
      </Form.Item>
    </TellDialog>
  );
}

function ShownToken({ token, expiresAt, leave }: MadeToken & { leave: () => void }) {
  const say = useWords();
  return (
    <Modal
      open
      title={say('tokenTitle')}
      onCancel={leave}
      footer={<Button onClick={leave}>{say('tokenKept')}</Button>}
      mask={{ closable: false }}
    >
      <p>{say('tokenText', { time: time(expiresAt) })}</p>
      <Typography.Paragraph copyable code className="long">
        {token}
      </Typography.Paragraph>
    </Modal>
  );
}
