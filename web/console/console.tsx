// The console: who is signed in, what he may look at, and the page that is open.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Member, Role, ShopRole, SignedIn } from '@tongbao/protocol/console';
import { Button, ConfigProvider, Layout, Menu, Space, Spin, Tag } from 'antd';
import english from 'antd/locale/en_US';
import chinese from 'antd/locale/zh_CN';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Account } from './account.tsx';
import { codeOf, tell, useAddress, useAsk, useWords } from './ask.ts';
import { Batches } from './batches.tsx';
import { Books } from './books.tsx';
import { Breaks } from './breaks.tsx';
import { Closures } from './closures.tsx';
import { Contract } from './contract.tsx';
import { Customers } from './customers.tsx';
import { Brand, Languages, SignIn } from './entrance.tsx';
import { Join, linkToken } from './join.tsx';
import { Keys } from './keys.tsx';
import { Overview } from './overview.tsx';
import { Payouts } from './payouts.tsx';
import { Failed } from './pieces.tsx';
import { Profiles } from './profiles.tsx';
import { ProofGate } from './proof.tsx';
import { Rates } from './rates.tsx';
import { Settings } from './settings.tsx';
import { Staff } from './staff.tsx';
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
    colorError: '#b3261e',
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
  admin: 'roleAdmin',
};
export const shopRoleWords: Readonly<Record<ShopRole, keyof ConsoleWords>> = {
  owner: 'rightOwner',
  finance: 'rightFinance',
  developer: 'rightDeveloper',
  viewer: 'rightViewer',
};

const everybody: readonly Role[] = ['merchant', 'maker', 'checker', 'auditor'];
const operators: readonly Role[] = ['maker', 'checker', 'auditor'];
/** Who keeps the network running. */
const keepers: readonly Role[] = ['admin', 'maker', 'checker'];
const anybody: readonly Role[] = [...everybody, 'admin'];

/** Which of a merchant's members see a page; absent: all of them. */
const money: readonly ShopRole[] = ['owner', 'finance', 'viewer'];
const owner: readonly ShopRole[] = ['owner'];

export interface PageProps {
  readonly member: Member;
  /** The merchant that is looked at, where somebody chose one. */
  readonly clientId: string | null;
  readonly go: (path: string) => void;
  readonly url: URL;
}

const accountPath = '/console/account';
/** Where the account's page was before there was more than a password. */
const passwordPath = '/console/password';
export const breaksPath = '/console/breaks';
export const profilesPath = '/console/profiles';
/** Reached from the page of statements. */
const notInMenu: readonly string[] = [profilesPath];

const OwnAccount = ({ member }: PageProps) => <Account member={member} factorMissing={false} />;

interface ConsolePage {
  readonly path: string;
  readonly word: keyof ConsoleWords;
  readonly roles: readonly Role[];
  readonly shopRoles?: readonly ShopRole[];
  readonly Page: (props: PageProps) => ReactNode;
}

const pages: readonly ConsolePage[] = [
  { path: '/console', word: 'navOverview', roles: everybody, shopRoles: money, Page: Overview },
  { path: '/console/batches', word: 'navBatches', roles: everybody, shopRoles: money, Page: Batches },
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
  { path: '/console/customers', word: 'navCustomers', roles: operators, Page: Customers },
  { path: '/console/payouts', word: 'navPayouts', roles: operators, Page: Payouts },
  {
    path: '/console/staff',
    word: 'navStaff',
    roles: ['admin', 'auditor', 'merchant'],
    shopRoles: owner,
    Page: Staff,
  },
  { path: '/console/keys', word: 'navKeys', roles: [...operators, 'admin'], Page: Keys },
  { path: '/console/system', word: 'navSystem', roles: keepers, Page: System },
  { path: '/console/trail', word: 'navTrail', roles: [...operators, 'admin'], Page: Trail },
  { path: '/console/settings', word: 'navSettings', roles: everybody, Page: Settings },
  // Reached by the person's own name too, which a phone has no room for.
  { path: accountPath, word: 'myAccount', roles: anybody, Page: OwnAccount },
];

const isFor = ({ roles, shopRoles }: ConsolePage, { role, shopRole }: Member): boolean =>
  roles.includes(role) && (shopRole === null || shopRoles === undefined || shopRoles.includes(shopRole));

export function Console() {
  const { i18n } = useTranslation();
  const isChinese = i18n.language.startsWith('zh');
  const say = useWords();
  // Whoever opens a link joins, whoever else is signed in at this browser.
  const [token, setToken] = useState(linkToken);
  const session = useAsk<SignedIn>('/session', token === null);
  useEffect(() => {
    document.title = `${say('console')} · Tongbao`;
  }, [say]);
  return (
    <ConfigProvider theme={theme} locale={isChinese ? chinese : english} button={{ autoInsertSpace: false }}>
      {token !== null ? (
        <Join token={token} onLeave={() => setToken(null)} />
      ) : session.data !== undefined ? (
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

function Inside({ member }: { member: SignedIn }) {
  const say = useWords();
  const queries = useQueryClient();
  const [url, go] = useAddress();
  // Who needs a second factor and has none makes one first.
  const mine = member.factorMissing ? [] : pages.filter((page) => isFor(page, member));
  const path = url.pathname === passwordPath ? accountPath : url.pathname;
  const page = mine.find((each) => each.path === path) ?? mine[0] ?? pages.at(-1)!;
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
              href={accountPath}
              title={say('myAccount')}
              onClick={(event) => {
                event.preventDefault();
                go(accountPath);
              }}
            >
              {member.name}
            </a>{' '}
            <Tag>
              {say(member.shopRole === null ? roleWords[member.role] : shopRoleWords[member.shopRole])}
            </Tag>
          </span>
          <Button onClick={() => leave.mutate()} loading={leave.isPending}>
            {say('leave')}
          </Button>
        </Space>
      </Layout.Header>
      <ProofGate />
      <Layout.Content>
        <div className="content">
          <h1>{say(page.word)}</h1>
          {member.factorMissing ? (
            <Account member={member} factorMissing />
          ) : (
            <page.Page member={member} clientId={clientId} go={go} url={url} />
          )}
        </div>
      </Layout.Content>
    </Layout>
  );
}
