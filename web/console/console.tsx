// The console: who is signed in, what he may look at, and the page that is open.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Member, Role } from '@tongbao/protocol/console';
import { Alert, Button, ConfigProvider, Form, Input, Layout, Menu, Select, Space, Spin, Tag } from 'antd';
import english from 'antd/locale/en_US';
import chinese from 'antd/locale/zh_CN';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import coin from '../ui/coin.svg';
import { changeLanguage } from '../ui/i18n.ts';
import { codeOf, type Say, tell, time, useAddress, useAsk, useWords } from './ask.ts';
import { Batches } from './batches.tsx';
import { Books } from './books.tsx';
import { Breaks } from './breaks.tsx';
import { Closures } from './closures.tsx';
import { Contract } from './contract.tsx';
import { Overview } from './overview.tsx';
import { Password } from './password.tsx';
import { Failed } from './pieces.tsx';
import { Profiles } from './profiles.tsx';
import { Rates } from './rates.tsx';
import { Settings } from './settings.tsx';
import { Statements } from './statements.tsx';
import { Story } from './story.tsx';
import { System } from './system.tsx';
import { Trail } from './trail.tsx';
import { Treasury } from './treasury.tsx';
import { Waiting } from './waiting.tsx';
import type { ConsoleWords } from './words-zh.ts';
import './console.css';

const theme = {
  token: {
    colorPrimary: '#0f5c54',
    colorInfo: '#0f5c54',
    colorLink: '#0f5c54',
    borderRadius: 8,
    colorTextDescription: '#55666d',
    colorTextTertiary: '#55666d',
    colorTextSecondary: '#55666d',
    fontSize: 15,
  },
  components: { Layout: { headerBg: '#ffffff', bodyBg: '#f4f6f6' }, Menu: { itemBg: '#ffffff' } },
};

export const roleWords: Readonly<Record<Role, keyof ConsoleWords>> = {
  merchant: 'roleMerchant',
  maker: 'roleMaker',
  checker: 'roleChecker',
  auditor: 'roleAuditor',
};

const everybody: readonly Role[] = ['merchant', 'maker', 'checker', 'auditor'];
const operators: readonly Role[] = ['maker', 'checker', 'auditor'];
/** Who keeps the network running. */
const keepers: readonly Role[] = ['maker', 'checker'];

export interface PageProps {
  readonly member: Member;
  /** The merchant that is looked at, where somebody chose one. */
  readonly clientId: string | null;
  readonly go: (path: string) => void;
  readonly url: URL;
}

const passwordPath = '/console/password';
export const breaksPath = '/console/breaks';
export const profilesPath = '/console/profiles';
/** Reached from the page of statements. */
const notInMenu: readonly string[] = [profilesPath];

const pages = [
  { path: '/console', word: 'navOverview', roles: everybody, Page: Overview },
  { path: '/console/batches', word: 'navBatches', roles: everybody, Page: Batches },
  { path: '/console/payment', word: 'navPayment', roles: everybody, Page: Story },
  { path: '/console/contract', word: 'navContract', roles: everybody, Page: Contract },
  { path: '/console/statements', word: 'navStatements', roles: operators, Page: Statements },
  { path: profilesPath, word: 'navProfiles', roles: operators, Page: Profiles },
  { path: breaksPath, word: 'navBreaks', roles: operators, Page: Breaks },
  { path: '/console/positions', word: 'navTreasury', roles: operators, Page: Treasury },
  { path: '/console/books', word: 'navBooks', roles: operators, Page: Books },
  { path: '/console/rates', word: 'navRates', roles: operators, Page: Rates },
  { path: '/console/closures', word: 'navClosures', roles: operators, Page: Closures },
  { path: '/console/waiting', word: 'navWaiting', roles: operators, Page: Waiting },
  { path: '/console/system', word: 'navSystem', roles: keepers, Page: System },
  { path: '/console/trail', word: 'navTrail', roles: operators, Page: Trail },
  { path: '/console/settings', word: 'navSettings', roles: everybody, Page: Settings },
  // Reached by the person's own name too, which a phone has no room for.
  { path: passwordPath, word: 'changePassword', roles: everybody, Page: Password },
] as const;

export function Console() {
  const { i18n } = useTranslation();
  const isChinese = i18n.language.startsWith('zh');
  const say = useWords();
  const session = useAsk<Member>('/session');
  useEffect(() => {
    document.title = `${say('console')} · Tongbao`;
  }, [say]);
  return (
    <ConfigProvider theme={theme} locale={isChinese ? chinese : english} button={{ autoInsertSpace: false }}>
      {session.data !== undefined ? (
        <Inside member={session.data} />
      ) : session.isPending ? (
        <main className="waiting" aria-busy="true">
          <Spin size="large" />
        </main>
      ) : codeOf(session.error) === 'NOT_SIGNED_IN' ? (
        <SignIn onSignedIn={() => void session.refetch()} />
      ) : (
        <main className="waiting">
          <Failed again={() => void session.refetch()} />
        </main>
      )}
    </ConfigProvider>
  );
}

function SignIn(props: { onSignedIn: () => void }) {
  const say = useWords();
  const enter = useMutation({
    mutationFn: (typed: { username: string; password: string }) => tell<Member>('/session', typed),
    onSuccess: props.onSignedIn,
  });
  return (
    <main className="entrance">
      <div className="entrance-card">
        <div className="entrance-head">
          <Brand />
          <Languages />
        </div>
        <h1>{say('signInTo')}</h1>
        <Form layout="vertical" requiredMark={false} onFinish={enter.mutate} disabled={enter.isPending}>
          <Form.Item name="username" label={say('username')} rules={[{ required: true, message: '' }]}>
            <Input autoComplete="username" autoCapitalize="none" size="large" autoFocus />
          </Form.Item>
          <Form.Item name="password" label={say('password')} rules={[{ required: true, message: '' }]}>
            <Input.Password autoComplete="current-password" size="large" />
          </Form.Item>
          <div aria-live="assertive">
            {enter.error !== null && (
              <Alert type="error" showIcon title={refusalText(say, enter.error)} className="gap" />
            )}
          </div>
          <Button type="primary" htmlType="submit" size="large" block loading={enter.isPending}>
            {say('enter')}
          </Button>
        </Form>
      </div>
    </main>
  );
}

function refusalText(say: Say, error: unknown): string {
  const code = codeOf(error);
  if (code === 'PASSWORD_WRONG') return say('passwordWrong');
  const until = (error as { retryAt?: string }).retryAt;
  if (code === 'LOCKED' && until !== undefined) return say('lockedUntil', { time: time(until) });
  return say('failedText');
}

const Brand = () => (
  <span className="brand">
    <img src={coin} alt="" width="28" height="28" /> Tongbao
  </span>
);

function Languages() {
  const { i18n, t } = useTranslation();
  return (
    <Select
      aria-label={t('language')}
      value={i18n.language.startsWith('zh') ? 'zh-CN' : 'en'}
      variant="borderless"
      onChange={(language: 'zh-CN' | 'en') => void changeLanguage(language)}
      options={[
        { value: 'zh-CN', label: '中文' },
        { value: 'en', label: 'English' },
      ]}
    />
  );
}

function Inside({ member }: { member: Member }) {
  const say = useWords();
  const queries = useQueryClient();
  const [url, go] = useAddress();
  const mine = pages.filter((page) => (page.roles as readonly Role[]).includes(member.role));
  const page = mine.find(({ path }) => path === url.pathname) ?? mine[0]!;
  const clientId = url.searchParams.get('shop');
  const kept = clientId === null ? '' : `?shop=${encodeURIComponent(clientId)}`;
  const leave = useMutation({
    mutationFn: () => tell('/session/end', {}),
    onSettled: () => queries.resetQueries(),
  });
  return (
    <Layout className="frame">
      <Layout.Header className="head">
        <Brand />
        <Menu
          mode="horizontal"
          className="nav"
          aria-label={say('menu')}
          selectedKeys={[page.path]}
          onClick={({ key }) => go(`${key}${kept}`)}
          items={mine
            .filter(({ path }) => !notInMenu.includes(path))
            .map(({ path, word }) => ({ key: path, label: say(word) }))}
        />
        <Space size="small">
          <Languages />
          <span className="who">
            <a
              href={passwordPath}
              title={say('changePassword')}
              onClick={(event) => {
                event.preventDefault();
                go(passwordPath);
              }}
            >
              {member.name}
            </a>{' '}
            <Tag>{say(roleWords[member.role])}</Tag>
          </span>
          <Button onClick={() => leave.mutate()} loading={leave.isPending}>
            {say('leave')}
          </Button>
        </Space>
      </Layout.Header>
      <Layout.Content>
        <div className="content">
          <h1>{say(page.word)}</h1>
          <page.Page member={member} clientId={clientId} go={go} url={url} />
        </div>
      </Layout.Content>
    </Layout>
  );
}
